import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery, printSchema } from 'graphql';
import { startGateway } from './gateway.ts';
import { BUILD, prepare, run, TOOLS } from './tools.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'persisted-operations-'));

before(async () => {
  rmSync(BUILD, { recursive: true, force: true });
  const gateway = await startGateway(dataDir);
  const { data } = await gateway.ask({ query: getIntrospectionQuery() });
  await gateway.stop();
  prepare(printSchema(buildClientSchema(data as unknown as IntrospectionQuery)));
});
after(() => rmSync(dataDir, { recursive: true }));

/** Reads the ids that a tool generated, by kind of operation. */
function idsOf(file: string): Record<'query' | 'mutation', string> {
  const content = JSON.parse(readFileSync(file, 'utf8'));
  const entries: [string, string][] =
    content.operations?.map(({ id, body }: { id: string; body: string }) => [id, body]) ??
    Object.entries(content);
  const idOf = (kind: string) => {
    const [id] = entries.find(([, text]) => text.startsWith(kind)) ?? [];
    assert.ok(id, `${file} has no ${kind}`);
    return id;
  };
  return { query: idOf('query'), mutation: idOf('mutation') };
}

for (const tool of TOOLS) {
  describe(`the file of ${tool.name}`, () => {
    let gateway: Awaited<ReturnType<typeof startGateway>>;
    let ids: ReturnType<typeof idsOf>;
    before(async () => {
      const file = run(tool);
      ids = idsOf(file);
      gateway = await startGateway(dataDir, { PERSISTED_OPERATIONS: file });
    });
    after(() => gateway?.stop());

    it('has the operations that can be sent by their ids', async () => {
      const input = { name: tool.name, criteria: 'c', description: '' };
      const created = await gateway.ask({ documentId: ids.mutation, variables: { input } });
      assert.match(JSON.stringify(created.data), /"CreateSegmentPayload"/);
      const hash = ids.query.replace('sha256:', '');
      const bodies = [
        { documentId: ids.query },
        { documentId: hash },
        { documentId: `sha256:${hash}` },
        { extensions: { persistedQuery: { version: 1, sha256Hash: hash } } },
      ];
      for (const body of bodies) {
        const { status, data } = await gateway.ask({ ...body, variables: { first: 1 } });
        assert.equal(status, 200);
        assert.match(JSON.stringify(data), new RegExp(`"name":"${tool.name}"`));
      }
    });

    it('excludes all other operations', async () => {
      const { status, errors } = await gateway.ask({ query: '{ __typename }' });
      assert.deepEqual([status, errors?.[0]?.extensions.code], [403, 'PERSISTED_QUERY_ONLY']);
    });
  });
}
