import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { createSegment } from '../../src/segments/resolvers.ts';
import { graphql, rest } from '../client.ts';
import { draft, testGateway, type Who } from '../harness.ts';
import { until } from '../until.ts';

const gateway = testGateway({ places: 20 });

/** Locks the table of segments, so that every read of it waits. Returns a function that unlocks it. */
async function lockSegments(): Promise<() => Promise<void>> {
  const client = new pg.Client(gateway.database.$client.options.connectionString);
  await client.connect();
  await client.query('begin; lock table segments in access exclusive mode');
  return () => client.end();
}

/** Sends several requests at once, which wait for the table. */
const sendMany = (count: number, as: Who) =>
  Promise.all(Array.from({ length: count }, () => rest(gateway, '', { as })));

const refusedOf = (answers: Awaited<ReturnType<typeof rest>>[]) =>
  answers.filter(({ body }) => /in flight/.test(body.detail));

describe('more requests at once than the gateway has places for', () => {
  it('are refused with 503, and the gateway recovers', async () => {
    const unlock = await lockSegments();
    const answers = await Promise.all([sendMany(30, 'ada'), sendMany(30, 'bob')]);
    const refused = refusedOf(answers.flat());
    await unlock();
    expect(refused.length).toBeGreaterThanOrEqual(1);
    for (const { status, headers, body } of refused) {
      expect([status, body.code, body.outcome, headers.get('retry-after')]).toEqual([
        503,
        'UNAVAILABLE',
        'not_applied',
        '1',
      ]);
    }
    await expect.poll(() => gateway.inFlight()).toBe(0);
    expect((await rest(gateway)).status).toBe(200);
  });

  it('from one account leave half of the places to others', async () => {
    await createSegment(draft(), gateway.context('bob'));
    const unlock = await lockSegments();
    const flood = sendMany(40, 'ada');
    await expect.poll(() => gateway.inFlight()).toBe(10);
    const { body } = await graphql(gateway, '{ __typename }', {}, { as: 'bob' });
    expect(body).toEqual({ data: { __typename: 'Query' } });
    expect(refusedOf(await flood).length).toBeGreaterThanOrEqual(30);
    await unlock();
  });
});

describe('readiness', () => {
  it('is 503 while every place is taken, and 200 afterwards', async () => {
    const unlock = await lockSegments();
    const floods: Promise<unknown>[] = [];
    // On a slow machine, the requests are refused before the gateway is asked, so there have to be more.
    await until(async () => {
      floods.push(sendMany(40, 'ada'), sendMany(40, 'bob'));
      const ready = await fetch(`${gateway.url}/health/ready`);
      return ready.status === 503 && (await ready.json()).status === 'busy';
    });
    expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200);
    await unlock();
    await Promise.all(floods);
    await until(async () => (await fetch(`${gateway.url}/health/ready`)).status === 200);
  });
});
