import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { createSegment } from '../../src/segments/resolvers.ts';
import { graphql, rest } from '../client.ts';
import { draft, testGateway, type Who } from '../harness.ts';

const gateway = testGateway({ places: 20 });

/** Holds the table of segments, so that whatever reads it waits. Gives the way to let it go. */
async function heldTable(): Promise<() => Promise<void>> {
  const client = new pg.Client(gateway.database.$client.options);
  await client.connect();
  await client.query('begin; lock table segments in access exclusive mode');
  return () => client.end();
}

/** So many requests that wait for the table at once. */
const many = (count: number, as: Who) =>
  Promise.all(Array.from({ length: count }, () => rest(gateway, '', { as })));

const inFlight = (answers: Awaited<ReturnType<typeof rest>>[]) =>
  answers.filter(({ body }) => /in flight/.test(body.detail));

describe('more requests at once than the gateway works on', () => {
  it('are refused at once, and those before them go on', async () => {
    const letGo = await heldTable();
    const answers = await Promise.all([many(30, 'ada'), many(30, 'bob')]);
    const refused = inFlight(answers.flat());
    await letGo();
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

  it('of one account leave half of the places to others', async () => {
    await createSegment(draft(), gateway.context('bob'));
    const letGo = await heldTable();
    const flood = many(40, 'ada');
    await expect.poll(() => gateway.inFlight()).toBe(10);
    const { body } = await graphql(gateway, '{ __typename }', {}, { as: 'bob' });
    expect(body).toEqual({ data: { __typename: 'Query' } });
    expect(inFlight(await flood).length).toBeGreaterThanOrEqual(30);
    await letGo();
  });
});

describe('readiness', () => {
  it('is 503 while every place is taken, and 200 again when one is free', async () => {
    const letGo = await heldTable();
    const floods = [many(40, 'ada'), many(40, 'bob')];
    await expect.poll(() => gateway.inFlight()).toBe(20);
    const full = await fetch(`${gateway.url}/health/ready`);
    expect([full.status, await full.json()]).toEqual([503, { status: 'busy' }]);
    expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200);
    await letGo();
    await Promise.all(floods);
    expect((await fetch(`${gateway.url}/health/ready`)).status).toBe(200);
  });
});
