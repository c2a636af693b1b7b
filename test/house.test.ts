import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const ERRORS = ['errors.ts', 'errors/'];

const FACE = [
  'context.ts',
  'resolver.ts',
  'segments/moment.ts',
  'segments/resolvers.ts',
  'segments/segment.ts',
  'segments/segment-list.ts',
  'segments/segment-order.ts',
  'segments/segment-page.ts',
  'accounts/viewer.ts',
  'http/',
  'fairness/',
  ...ERRORS,
];

/** The house from the roof down: each room, and what it may see. All it may see stands below it. */
const HOUSE: Record<string, string[]> = {
  'cli.ts': ['commands/', 'wrong-config.ts'],
  'commands/': [
    'main.ts',
    'stop-signal.ts',
    'config.ts',
    'config/describe.ts',
    'graphql/schema.ts',
    'accounts/',
    'database/',
  ],
  'main.ts': [
    'gateway.ts',
    'config.ts',
    'wrong-config.ts',
    'operations/',
    'graphql/operation-check.ts',
    'graphql/schema.ts',
    'kept-token.ts',
    'stop-signal.ts',
    'accounts/api-token.ts',
    'database/',
  ],
  'gateway.ts': [
    'admission.ts',
    'chore.ts',
    'places.ts',
    'faces.ts',
    'segments/quota.ts',
    'segments/store.ts',
    'accounts/',
    'operations/',
    'database/',
    'http/',
  ],
  'faces.ts': ['graphql/face.ts', 'graphql/schema.ts', 'rest/face.ts', 'context.ts', 'resolver.ts', 'http/'],
  'admission.ts': ['places.ts', 'context.ts', 'accounts/', 'database/', 'http/', 'fairness/', ...ERRORS],
  'places.ts': ['accounts/viewer.ts', 'http/', ...ERRORS],
  'chore.ts': [],
  'kept-token.ts': ['accounts/token.ts', 'database/embedded/'],
  'stop-signal.ts': [],
  'config.ts': ['config/', 'wrong-config.ts'],
  'config/': ['accounts/secret.ts', 'accounts/token.ts', ...ERRORS],
  'operations/': ['database/', 'http/', ...ERRORS],
  'graphql/': FACE,
  'rest/': FACE,
  'context.ts': ['segments/quota.ts', 'segments/store.ts', 'resolver.ts'],
  'segments/': ['resolver.ts', 'database/', ...ERRORS],
  'resolver.ts': ['accounts/', 'fairness/', ...ERRORS],
  'accounts/': ['database/', 'wrong-config.ts', ...ERRORS],
  'database/': ['fairness/', ...ERRORS, 'wrong-config.ts'],
  'http/': ['fairness/', ...ERRORS, 'wrong-config.ts'],
  'fairness/': [...ERRORS],
  'errors.ts': ['errors/'],
  'errors/': [],
  'wrong-config.ts': [],
};

const rooms = Object.entries(HOUSE);
const floorOf = (file: string) => rooms.findIndex(([room]) => file.startsWith(room));

it.each(rooms)('%s sees only what stands below it', (room, seen) => {
  for (const each of seen) expect(floorOf(each), each).toBeGreaterThan(floorOf(room));
});

describe.each(globSync('**/*.ts', { cwd: 'src' }))('src/%s', (file) => {
  const text = readFileSync(join('src', file), 'utf8');
  const [room = 'no room', seen = []] = rooms[floorOf(file)] ?? [];
  const imports = [...text.matchAll(/(?:from|import|import\()\s*'(\.[^']+)'/g)].map(([, path = '']) =>
    normalize(join(dirname(file), path)),
  );

  it('imports what its room may see', () => {
    const barred = imports.filter((target) => ![room, ...seen].some((allowed) => target.startsWith(allowed)));
    expect(barred).toEqual([]);
  });

  it('has 150 lines at most', () => expect(text.split('\n').length).toBeLessThanOrEqual(151));
});
