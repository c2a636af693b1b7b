import { describe, expect, it } from 'vitest';
import { createSegment, deleteSegment } from '../../src/segments/resolvers.ts';
import { initOf, restAt } from '../client.ts';
import { draft, eventHead, secondGateway, testGateway, viewers, type Who } from '../harness.ts';
import { until } from '../until.ts';

const MAX_STREAMS = 3;
const gateway = testGateway({ maxStreamsPerAccount: MAX_STREAMS, streamReviewMs: 20 });

const create = (as: Who = 'ada') => createSegment(draft(), gateway.context(as));
const headOf = async (as: Who = 'ada') => String(await eventHead(gateway, as));
const read = (query: string, as: Who | null = 'ada', headers = {}) =>
  restAt(gateway, `/v1/events${query}`, { as, headers });
const waiting = (count: number) => until(() => gateway.streams.count() === count);

describe('GET /v1/events?wait', () => {
  it('answers immediately if there is an event, and only otherwise waits for one', async () => {
    const head = await headOf();
    const { id } = await create();
    const { body } = await read(`?after=${head}&wait=30`);
    expect(body).toMatchObject({ has_more: false, data: [{ segment_id: id }] });
    const answer = read(`?after=${body.next}&wait=30`);
    await waiting(1);
    const next = await create();
    expect(await answer).toMatchObject({
      status: 200,
      body: { has_more: false, data: [{ segment_id: next.id }], next: await headOf() },
    });
    await waiting(0);
  });

  it('answers all who wait, each with the events of its account', async () => {
    const ada = await headOf();
    const bob = await headOf('bob');
    const answers = [
      read(`?after=${ada}&wait=30`),
      read(`?after=${ada}&wait=30`, 'reader'),
      read(`?after=${bob}&wait=30`, 'bob'),
    ];
    await waiting(3);
    const ofBob = await create('bob');
    expect((await answers[2])?.body.data).toMatchObject([{ segment_id: ofBob.id }]);
    await waiting(2);
    const ofAda = await create();
    for (const answer of answers.slice(0, 2)) {
      expect((await answer)?.body.data).toMatchObject([{ segment_id: ofAda.id }]);
    }
    await waiting(0);
  });

  it('waits for an event that passes the filter', async () => {
    const { id } = await create();
    const other = await create();
    const after = await headOf();
    const byType = read(`?after=${after}&wait=30&type=customer_segment.deleted`);
    const bySegment = read(`?after=${after}&wait=30&segment=${id}`);
    await waiting(2);
    await create();
    await deleteSegment({ id: other.id }, gateway.context());
    expect((await byType).body.data).toMatchObject([{ segment_id: other.id }]);
    await waiting(1);
    await deleteSegment({ id }, gateway.context());
    expect((await bySegment).body.data).toMatchObject([{ type: 'customer_segment.deleted', segment_id: id }]);
    await waiting(0);
  });

  it('answers with no event when the time is up, and has moved on past what the filter excludes', async () => {
    const after = await headOf();
    const answer = read(`?after=${after}&wait=1&segment=unknown`);
    await waiting(1);
    await create();
    expect((await answer).body).toEqual({ has_more: false, data: [], next: await headOf() });
    expect(Number(await headOf())).toBe(Number(after) + 1);
    await waiting(0);
  });

  it('holds no place of a request while it waits', async () => {
    const answer = read(`?after=${await headOf()}&wait=30`);
    await waiting(1);
    expect(gateway.inFlight()).toBe(0);
    await create();
    await answer;
    await waiting(0);
  });

  it('does not wait with 0 or without a number of seconds', async () => {
    const after = await headOf();
    for (const query of [`?after=${after}&wait=0`, `?after=${after}`]) {
      expect((await read(query)).body).toEqual({ has_more: false, data: [], next: after });
    }
  });

  it.each(['31', '-1', 'x', '', '1.5'])('refuses wait=%s', async (wait) => {
    const { status, body } = await read(`?wait=${wait}`);
    const message = expect.stringContaining('must be a whole number of seconds from 0 to 30');
    expect([status, body.errors]).toEqual([400, [{ param: 'wait', message }]]);
  });

  it('refuses a wait for the events of one segment, for which there is the parameter `segment`', async () => {
    const { id } = await create();
    const { status, body } = await restAt(gateway, `/v1/customer-segments/${id}/events?wait=5`);
    expect([status, body.errors]).toEqual([
      400,
      [{ param: 'wait', message: 'is not a recognised parameter' }],
    ]);
  });

  it('needs a token with the scope segments:read, as any read does', async () => {
    expect((await read('?wait=5', null)).status).toBe(401);
    expect((await read('?wait=5', 'writer')).status).toBe(403);
  });

  it('counts as a stream of the account', async () => {
    const after = await headOf();
    const answers = Array.from({ length: MAX_STREAMS }, () => read(`?after=${after}&wait=30`));
    await waiting(MAX_STREAMS);
    const { status, body, headers } = await read(`?after=${after}&wait=30`);
    expect([status, body.code, headers.get('retry-after')]).toEqual([429, 'RATE_LIMITED', '5']);
    expect((await read(`?after=${after}`)).status).toBe(200);
    await create();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200]);
    await waiting(0);
  });

  it('ends when its caller leaves', async () => {
    const controller = new AbortController();
    const url = `${gateway.url}/v1/events?after=${await headOf()}&wait=30`;
    const answer = fetch(url, { ...initOf(gateway, {}), signal: controller.signal });
    await waiting(1);
    controller.abort();
    await expect(answer).rejects.toThrow();
    await waiting(0);
  });

  it('is refused as soon as its token is revoked', async () => {
    const { accountId, scopes } = viewers.ada;
    const short = { accountId, name: 'short', scopes: [...scopes], expiresAt: null };
    const made = await gateway.tokens.create(short);
    const headers = { authorization: `Bearer ${made.token}` };
    const answer = read(`?after=${await headOf()}&wait=30`, null, headers);
    await waiting(1);
    await gateway.tokens.revoke(made.id);
    expect(await answer).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    await waiting(0);
  });

  it('answers with no event when the gateway stops', async () => {
    const other = await secondGateway(gateway);
    const after = await headOf();
    const answer = fetch(`${other.url}/v1/events?after=${after}&wait=30`, initOf(gateway, {}));
    await until(() => other.streams.count() === 1);
    const stopped = other.stop();
    const response = await answer;
    expect([response.status, await response.json()]).toEqual([
      200,
      { has_more: false, data: [], next: after },
    ]);
    await stopped;
  });
});
