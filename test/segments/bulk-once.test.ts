import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { draft, secondGateway, testGateway } from '../harness.ts';
import { bulk, idsOf, typesOf } from './bulk-calls.ts';

const gateway = testGateway();
const MODES = ['ALL_OR_NOTHING', 'EACH_ALONE'];
const draftsOf = (name: string, count: number) => Array.from({ length: count }, () => draft({ name }));
const countOf = async (name: string) =>
  (await gateway.database.$client.query('select from segments where name = $1', [name])).rowCount;
const create = (segments: object[], options: { mode?: string; idempotencyKey: string }) =>
  bulk(gateway, 'createSegments', segments, options);
const REUSED = { __typename: 'SegmentIdempotencyKeyReused' };

describe.each(MODES)('the idempotency key of createSegments with %s', (mode) => {
  it('makes a retry return the same segments and create none', async () => {
    const [idempotencyKey, name] = [randomUUID(), randomUUID()];
    const first = await create(draftsOf(name, 100), { mode, idempotencyKey });
    expect(first.segments).toHaveLength(100);
    expect(await create(draftsOf(name, 100), { mode, idempotencyKey })).toEqual(first);
    expect(await countOf(name)).toBe(100);
  });

  it('is refused with fewer, more or other entries, in another order, or in another mode', async () => {
    const [idempotencyKey, name] = [randomUUID(), randomUUID()];
    const drafts = [draft({ name }), draft({ name, criteria: 'c' }), draft({ name, criteria: 'd' })];
    await create(drafts, { mode, idempotencyKey });
    const other = MODES.find((each) => each !== mode) ?? '';
    for (const [segments, used] of [
      [drafts.slice(0, 2), mode],
      [[...drafts, draft({ name })], mode],
      [drafts.with(1, draft({ name })), mode],
      [drafts.toReversed(), mode],
      [drafts, other],
    ] as const) {
      expect(await create([...segments], { mode: used, idempotencyKey })).toMatchObject(REUSED);
    }
    expect(await countOf(name)).toBe(3);
  });

  it('creates the segments once for ten requests to two gateways', async () => {
    const [idempotencyKey, name] = [randomUUID(), randomUUID()];
    const other = await secondGateway(gateway, { poolSize: 5 });
    const gateways = [gateway, { ...gateway, url: other.url }];
    const send = async (i: number): Promise<string[]> => {
      const outcome = await bulk(gateways[i % 2] ?? gateway, 'createSegments', draftsOf(name, 50), {
        mode,
        idempotencyKey,
      });
      // While the first request is in progress, another one may be refused, as a whole or for some entries.
      return outcome.segments?.length === 50 ? idsOf(outcome) : send(i);
    };
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => send(i)));
    await other.stop();
    expect(new Set(answers.map((ids) => ids.join())).size).toBe(1);
    expect(await countOf(name)).toBe(50);
  });

  it('belongs to one account', async () => {
    const [idempotencyKey, name] = [randomUUID(), randomUUID()];
    await create(draftsOf(name, 2), { mode, idempotencyKey });
    const bobs = await bulk(gateway, 'createSegments', draftsOf(name, 3), {
      mode,
      idempotencyKey,
      as: 'bob',
    });
    expect(bobs.segments).toHaveLength(3);
  });
});

describe('a retry with EACH_ALONE', () => {
  const mode = 'EACH_ALONE';

  it('creates what an earlier request did not, and nothing twice', async () => {
    const [idempotencyKey, name] = [randomUUID(), randomUUID()];
    const drafts = draftsOf(name, 20);
    const first = await create(drafts, { mode, idempotencyKey });
    // As if the gateway had been killed before it created the second half.
    const lost = idsOf(first).slice(10);
    const { $client } = gateway.database;
    await $client.query('delete from segments where id = any($1)', [lost]);
    await $client.query('delete from idempotency_keys where segment_id = any($1)', [lost]);
    const again = await create(drafts, { mode, idempotencyKey });
    expect(idsOf(again).slice(0, 10)).toEqual(idsOf(first).slice(0, 10));
    expect(new Set(idsOf(again)).size).toBe(20);
    expect(await countOf(name)).toBe(20);
  });

  it('refuses the invalid entries again', async () => {
    const [idempotencyKey, name] = [randomUUID(), randomUUID()];
    const drafts = [draft({ name }), draft({ name: '' })];
    const first = await create(drafts, { mode, idempotencyKey });
    expect(typesOf(first)).toEqual(['CreateSegmentPayload', 'SegmentInvalidInput']);
    expect(await create(drafts, { mode, idempotencyKey })).toEqual(first);
  });
});

describe('a key that is invalid', () => {
  it.each(['', 'a b'])('is refused: %j', async (idempotencyKey) => {
    for (const mode of MODES) {
      expect(await create([draft()], { mode, idempotencyKey })).toMatchObject({
        issues: [{ param: 'idempotencyKey' }],
      });
    }
  });
});
