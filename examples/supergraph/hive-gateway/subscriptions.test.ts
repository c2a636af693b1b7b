import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startSubgraphs } from '../subgraphs.ts';
import { ask } from '../supergraph.ts';
import { cuttingProxy } from './cutting-proxy.ts';
import { follow, type SegmentEvent } from './follow.ts';
import { startHiveGateway } from './router.ts';

type Headers = Record<string, string>;
const ACCOUNTS = ['ada', 'bob', 'carol', 'dora'] as const;

const dataDir = mkdtempSync(join(tmpdir(), 'supergraph-'));
const started = new AsyncDisposableStack();
let subgraphs: Awaited<ReturnType<typeof startSubgraphs>>;
let proxy: Awaited<ReturnType<typeof cuttingProxy>>;
let tokens: string[];

before(async () => {
  started.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  subgraphs = started.use(await startSubgraphs({ port: 0, dataDir }));
  proxy = await cuttingProxy(subgraphs.segments.url);
  started.defer(proxy.stop);
  tokens = await Promise.all(ACCOUNTS.map((account) => subgraphs.segments.tokenOf(account)));
});
after(() => started.disposeAsync());

const headersOf = (account: (typeof ACCOUNTS)[number]): Headers => ({
  'content-type': 'application/json',
  authorization: `Bearer ${tokens[ACCOUNTS.indexOf(account)]}`,
});

for (const config of ['sse', 'websocket'] as const) {
  describe(`Hive Gateway with ${config}.config.ts`, () => {
    let url: string;
    before(async () => {
      const supergraphSdl = subgraphs.supergraphSdl.replaceAll(subgraphs.segments.url, proxy.url);
      const router = await startHiveGateway({ supergraphSdl, config, folder: dataDir, port: 0 });
      started.defer(router.stop);
      url = router.url;
    });

    /** Sends an operation with one field, and returns the value of this field. */
    const send = async (operation: string, headers: Headers, at = url): Promise<Fields> => {
      const { data, errors } = await ask(at, operation, headers);
      assert.equal(errors, undefined);
      return Object.values(data as Record<string, Fields>)[0] ?? {};
    };
    const create = async (name: string, headers: Headers, at = url) => {
      const input = `{ name: "${name}", criteria: "c", description: "d" }`;
      const selection = '... on CreateSegmentPayload { segment { id } }';
      const operation = `mutation { createSegment(input: ${input}) { ${selection} } }`;
      const { segment } = await send(operation, headers, at);
      return segment?.id;
    };
    const headOf = async (headers: Headers) =>
      (await send('{ segmentEvents(first: 1) { headCursor } }', headers)).headCursor ?? '';
    const following = (headers: Headers, after: string) => follow({ url, headers, after, retryMs: 10 });

    describe('whose connections are not cut', { concurrency: true }, () => {
      it('passes on the writes that are made through it, in order', async () => {
        const headers = headersOf('ada');
        const head = Number(await headOf(headers));
        const events = following(headers, String(head));
        const next = events.next();
        const id = await create('a', headers);
        await send(`mutation { updateSegment(input: { id: "${id}", name: "b" }) { __typename } }`, headers);
        await send(`mutation { deleteSegment(input: { id: "${id}" }) { __typename } }`, headers);
        const seen = [await next, await events.next(), await events.next()].map(({ value }) => value);
        assert.deepEqual(
          seen.map(({ cursor, type, segmentId }) => [Number(cursor) - head, type, segmentId]),
          [
            [1, 'SEGMENT_CREATED', id],
            [2, 'SEGMENT_UPDATED', id],
            [3, 'SEGMENT_DELETED', id],
          ],
        );
        await events.return(undefined);
      });

      it('resumes a client that is cut, more often than an account may have streams', async () => {
        const headers = headersOf('bob');
        const head = await headOf(headers);
        const names = Array.from({ length: 110 }, (_, i) => `${i}`);
        const writing = (async () => {
          for (const name of names) await create(name, headers);
        })();
        const seen: SegmentEvent[] = [];
        while (seen.length < names.length) {
          for await (const event of following(headers, seen.at(-1)?.cursor ?? head)) {
            seen.push(event);
            break;
          }
        }
        await writing;
        assert.deepEqual(
          seen.map(({ segment }) => segment?.name),
          names,
        );
      });

      it('forwards the token: another account sees only its own events', async () => {
        const [headers, others] = [headersOf('carol'), headersOf('dora')];
        const next = following(others, await headOf(others)).next();
        for (let i = 0; i < 5; i++) await create('of carol', headers);
        await create('of dora', others);
        assert.equal((await next).value?.segment?.name, 'of dora');
      });

      it('passes on why a subscription is refused', async () => {
        const headers = headersOf('carol');
        await assert.rejects(following(headers, '999999').next(), /is beyond the newest event of the log/);
        const wrong = { ...headers, authorization: 'Bearer x' };
        await assert.rejects(following(wrong, '0').next(), /Send a valid token/);
      });
    });

    it('whose connections to the subgraph are cut loses and repeats nothing', async () => {
      const headers = headersOf('ada');
      const head = await headOf(headers);
      const events = following(headers, head);
      const seen: string[] = [];
      for (let i = 0; i < 6; i++) {
        const next = events.next();
        await create(`${i}`, headers, subgraphs.segments.url); // not through what is cut
        seen.push((await next).value?.segment?.name ?? '');
        proxy.cut();
      }
      assert.deepEqual(seen, ['0', '1', '2', '3', '4', '5']);
      await events.return(undefined);
    });
  });
}

/** What this test selects of an answer. */
interface Fields {
  segment?: { id: string };
  headCursor?: string;
}
