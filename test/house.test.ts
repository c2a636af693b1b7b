import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const RESOLVERS = [
  'events/resolvers.ts',
  'events/waiting.ts',
  'events/event.ts',
  'events/event-list.ts',
  'events/event-page.ts',
  'events/singly.ts',
  'segments/bulk/',
  'segments/export/',
  'segments/import/',
  'segments/resolvers.ts',
  'segments/event-resolvers.ts',
  'segments/segment.ts',
  'segments/segment-event.ts',
  'segments/segment-list.ts',
  'segments/segment-order.ts',
  'segments/segment-page.ts',
  'members/resolvers.ts',
  'members/changes.ts',
  'members/member.ts',
  'members/member-event.ts',
  'members/member-list.ts',
  'members/member-page.ts',
  'members/replacement.ts',
  'members/customer-line.ts',
  'webhooks/resolvers.ts',
  'webhooks/attempt.ts',
  'webhooks/checks.ts',
  'webhooks/webhook.ts',
];

/** The layers of `src`, from the top down: each room (a file or folder), and the rooms it may import, all below it. */
const HOUSE: Record<string, string[]> = {
  'cli.ts': ['commands/'],
  'commands/': [
    'main.ts',
    'deliver.ts',
    'heap.ts',
    'stop-signal.ts',
    'version.ts',
    'config/',
    'graphql/client-schema.ts',
    'graphql/schema.ts',
    'rest/openapi/document.ts',
    'segments/import/file-line.ts',
    'webhooks/attempt.ts',
    'webhooks/destinations/',
    'webhooks/message.ts',
    'webhooks/signature.ts',
    'gateway/gateway.ts',
    'accounts/',
    'embedded-postgres/',
    'database/',
    'errors/quoted.ts',
    'wrong-config.ts',
  ],
  'main.ts': [
    'start.ts',
    'run-process.ts',
    'config/',
    'wrong-config.ts',
    'graphql/limits/operation-check.ts',
    'graphql/schema.ts',
  ],
  'deliver.ts': ['migrate-first.ts', 'run-process.ts', 'gateway/', 'config/', 'wrong-config.ts'],
  'start.ts': [
    'migrate-first.ts',
    'run-process.ts',
    'accepted-token.ts',
    'welcome.ts',
    'gateway/',
    'config/',
    'kept-token.ts',
    'embedded-postgres/',
    'database/',
  ],
  'migrate-first.ts': ['run-process.ts', 'config/', 'database/'],
  'run-process.ts': [
    'admin.ts',
    'heap.ts',
    'config/',
    'telemetry/',
    'stop-signal.ts',
    'observation.ts',
    'tracing.ts',
  ],
  'welcome.ts': ['config/'],
  'admin.ts': [
    'telemetry/',
    'rest/routes.ts',
    'graphql/schema.ts',
    'graphql/engine/requested.ts',
    'observation.ts',
    'version.ts',
  ],
  'accepted-token.ts': ['gateway/', 'config/', 'kept-token.ts', 'accounts/api-token.ts', 'observation.ts'],
  'heap.ts': [],
  'gateway/': [
    'telemetry/',
    'graphql/face.ts',
    'graphql/schema.ts',
    'graphql/examples.ts',
    'graphql/transport/web-socket.ts',
    'rest/face.ts',
    'rest/event-representation.ts',
    'version.ts',
    'rest/openapi/page.ts',
    'rest/reference/face.ts',
    'front-door/face.ts',
    'context.ts',
    'segments/bounded-reads.ts',
    'segments/quota.ts',
    'segments/store.ts',
    'webhooks/',
    'members/',
    'events/',
    'idempotency/',
    'resolver.ts',
    'accounts/',
    'database/',
    'http/',
    'fairness/',
    'observation.ts',
    'tracing.ts',
    'errors/',
  ],
  'stop-signal.ts': [],
  'kept-token.ts': ['accounts/token.ts', 'embedded-postgres/'],
  'config/': ['accounts/secret.ts', 'accounts/token.ts', 'errors/', 'wrong-config.ts'],
  'telemetry/': ['database/', 'http/', 'observation.ts', 'tracing.ts', 'errors/'],
  'graphql/face.ts': [
    'graphql/transport/',
    'graphql/engine/',
    'context.ts',
    'resolver.ts',
    'accounts/viewer.ts',
    'http/',
    'observation.ts',
    'tracing.ts',
    'errors/',
  ],
  'graphql/client-schema.ts': ['graphql/query-fields.ts', 'graphql/schema.ts'],
  'graphql/schema.ts': ['graphql/query-fields.ts', 'graphql/types/'],
  'graphql/query-fields.ts': [],
  'graphql/examples.ts': [],
  'graphql/types/': ['graphql/limits/', 'graphql/planner/', 'context.ts', ...RESOLVERS, 'values/', 'errors/'],
  'graphql/transport/': [
    'graphql/engine/',
    'context.ts',
    'resolver.ts',
    'accounts/viewer.ts',
    'http/',
    'fairness/',
    'observation.ts',
    'tracing.ts',
    'errors/',
  ],
  'graphql/engine/': [
    'graphql/limits/',
    'graphql/planner/',
    'context.ts',
    'resolver.ts',
    'accounts/viewer.ts',
    'fairness/',
    'observation.ts',
    'errors/',
  ],
  'graphql/limits/': ['graphql/planner/', 'errors/'],
  'graphql/planner/': ['errors/'],
  'rest/': [
    'context.ts',
    ...RESOLVERS,
    'resolver.ts',
    'accounts/viewer.ts',
    'values/',
    'http/',
    'fairness/',
    'observation.ts',
    'errors/',
  ],
  'front-door/': ['http/'],
  'context.ts': [
    'segments/quota.ts',
    'segments/store.ts',
    'members/store.ts',
    'events/store.ts',
    'events/feed.ts',
    'events/streams.ts',
    'resolver.ts',
    'accounts/viewer.ts',
    'webhooks/destinations.ts',
    'webhooks/store.ts',
    'fairness/transfers.ts',
    'observation.ts',
  ],
  'webhooks/': [
    'events/',
    'resolver.ts',
    'accounts/viewer.ts',
    'database/',
    'values/',
    'fairness/',
    'observation.ts',
    'errors/',
  ],
  'members/': [
    'segments/',
    'events/',
    'resolver.ts',
    'accounts/review.ts',
    'accounts/viewer.ts',
    'database/',
    'values/',
    'fairness/',
    'errors/',
  ],
  'segments/': [
    'events/',
    'idempotency/',
    'resolver.ts',
    'accounts/review.ts',
    'accounts/viewer.ts',
    'database/',
    'values/',
    'fairness/',
    'errors/',
  ],
  'events/': [
    'resolver.ts',
    'accounts/review.ts',
    'accounts/viewer.ts',
    'database/',
    'values/',
    'fairness/',
    'observation.ts',
    'errors/',
  ],
  'idempotency/': ['database/', 'errors/'],
  'resolver.ts': ['accounts/', 'fairness/', 'observation.ts', 'tracing.ts', 'errors/'],
  'accounts/': ['database/', 'values/', 'observation.ts', 'wrong-config.ts', 'errors/'],
  'embedded-postgres/': ['database/failure.ts', 'wrong-config.ts'],
  'database/': ['fairness/', 'observation.ts', 'tracing.ts', 'errors/', 'wrong-config.ts'],
  'http/': ['fairness/', 'observation.ts', 'tracing.ts', 'errors/', 'wrong-config.ts'],
  'fairness/': ['errors/'],
  'values/': ['errors/'],
  'tracing.ts': ['observation.ts'],
  'observation.ts': [],
  'version.ts': [],
  'errors/': [],
  'wrong-config.ts': [],
};

const rooms = Object.entries(HOUSE);
const floorOf = (file: string) => rooms.findIndex(([room]) => file.startsWith(room));

it.each(rooms)('%s may only import rooms below it', (room, allowed) => {
  for (const each of allowed) expect(floorOf(each), each).toBeGreaterThan(floorOf(room));
});

describe('The GraphQL server', () => {
  const SERVER = ['graphql/transport/', 'graphql/engine/', 'graphql/limits/', 'graphql/planner/'];
  const DOMAIN = ['graphql/types/', 'graphql/schema.ts', 'segments/', 'rest/'];

  it.each(SERVER)('%s does not import the domain or mention segments', (room) => {
    const imported = (HOUSE[room] ?? []).filter((allowed) => DOMAIN.some((part) => allowed.startsWith(part)));
    expect(imported).toEqual([]);
    for (const file of globSync(`${room}**/*.ts`, { cwd: 'src' })) {
      expect(readFileSync(join('src', file), 'utf8'), file).not.toMatch(/\bsegments?\b/i);
    }
  });
});

it.each(globSync('idempotency/**/*.ts', { cwd: 'src' }))('src/%s knows no entity', (file) => {
  expect(readFileSync(join('src', file), 'utf8')).not.toMatch(/segment/i);
});

describe.each(globSync('**/*.ts', { cwd: 'src' }))('src/%s', (file) => {
  const text = readFileSync(join('src', file), 'utf8');
  const [room = 'no room', allowed = []] = rooms[floorOf(file)] ?? [];
  const imports = [...text.matchAll(/(?:from|import|import\()\s*'(\.[^']+)'/g)].map(([, path = '']) =>
    normalize(join(dirname(file), path)),
  );

  it('only imports rooms that its own may import', () => {
    const forbidden = imports.filter((target) => ![room, ...allowed].some((each) => target.startsWith(each)));
    expect(forbidden).toEqual([]);
  });

  it('has at most 150 lines', () => expect(text.split('\n').length).toBeLessThanOrEqual(151));
});
