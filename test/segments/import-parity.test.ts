import fc from 'fast-check';
import { expect, it } from 'vitest';
import { draft, testGateway } from '../harness.ts';
import { bulk } from './bulk-calls.ts';
import { imported } from './import-calls.ts';

const gateway = testGateway();
const SEED = 16;

/** Properties as callers send them: right, empty, blank, too long, or half of a surrogate pair. */
const text = fc.constantFrom('x', '', ' ', 'x'.repeat(256), 'x'.repeat(5_001), '\ud800', '\u0000');
const properties = fc.record({ name: text, criteria: text, description: text });

it('a line of an import is refused for what an entry of createSegments is refused for', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(properties, { minLength: 1, maxLength: 10 }), async (drafts) => {
      const { results } = await bulk(gateway, 'createSegments', drafts, { mode: 'EACH_ALONE' });
      const lines = await imported(gateway, drafts);
      expect(lines.results.map((line) => (line.status === 'failed' ? line.errors : []))).toEqual(
        results.map(({ issues = [] }: { issues?: { param: string; message: string }[] }) =>
          issues.map(({ param, message }) => ({ param: param.replace(/^segments\.\d+\./, ''), message })),
        ),
      );
    }),
    { seed: SEED, numRuns: 30 },
  );
});

it('an import and createSegments store the same', async () => {
  const lines = [draft({ name: ' \u00e9 ' }), draft({ criteria: 'a\r\nb' }), draft({ description: '' })];
  const { segments } = await bulk(gateway, 'createSegments', lines);
  const { ids } = await imported(gateway, lines);
  const stored = await gateway.database.$client.query(
    'select name, criteria, description, version, created_at = updated_at as is_new from segments where id = any($1) order by id',
    [ids],
  );
  const created = await gateway.database.$client.query(
    'select name, criteria, description, version, created_at = updated_at as is_new from segments where id = any($1) order by id',
    [segments.map(({ id }: { id: string }) => id)],
  );
  expect(stored.rows).toEqual(created.rows);
});
