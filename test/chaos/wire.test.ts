import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { administer, makeDatabase } from '../postgres.ts';
import { processes, type Running, SEGMENTS, TOKEN } from '../process/gateway-process.ts';
import { wireTo } from './wire.ts';

const { serve } = processes();
let wire: Awaited<ReturnType<typeof wireTo>>;
let database: Awaited<ReturnType<typeof makeDatabase>>;
let gateway: Running;

beforeAll(async () => {
  database = await makeDatabase({ template: false });
  wire = await wireTo(database.url);
  gateway = await serve({ DATABASE_URL: wire.url, API_TOKEN: TOKEN });
});
afterAll(async () => {
  await gateway.end();
  await wire.close();
  await database.drop();
});
beforeEach(async () => {
  wire.become('intact');
  expect((await list()).status).toBe(200);
});

const list = () => gateway.send(`${SEGMENTS}?limit=100`);
const create = (key: string) => {
  const draft = { name: 'High Spend Customers', criteria: key, description: '' };
  return gateway.send(SEGMENTS, 'POST', draft, { 'idempotency-key': key });
};

/** The codes of the faults that the gateway has logged for a request. */
const faultsOf = (requestId: string | null): unknown[] =>
  gateway
    .said()
    .out.split('\n')
    .filter((line) => line.includes('"msg":"fault"'))
    .map((line) => JSON.parse(line))
    .filter((line) => line.requestId === requestId)
    .map(({ fault }) => fault.code);

/** The number of rows whose criteria are this key, as the database itself counts them. */
async function rowsOf(key: string): Promise<number> {
  const [row] = await administer(
    database.url,
    `select count(*)::int as n from segments where criteria = '${key}'`,
  );
  return row.n;
}

describe('a connection to the database that', () => {
  it('loses the answer to a create leaves one segment, and its key returns it', async () => {
    wire.become('silent');
    const lost = create('answer-lost');
    await expect.poll(wire.received).toBeGreaterThan(0);
    wire.reset();
    expect([(await lost).status, await (await lost).json()]).toMatchObject([503, { outcome: 'unknown' }]);
    wire.become('intact');
    const again = await create('answer-lost');
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    expect(await rowsOf('answer-lost')).toBe(1);
  });

  it('breaks in the middle of a result leads to a 503, and the next request succeeds', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => create(`row-${i}`)));
    wire.become('cut');
    expect((await list()).status).toBe(503);
    wire.become('intact');
    expect(((await (await list()).json()) as { data: object[] }).data.length).toBeGreaterThanOrEqual(20);
  });

  it('is reset during a hundred requests fails no later one', async () => {
    wire.become('intact');
    const asked = Array.from({ length: 100 }, list);
    while (wire.received() === 0) await nextTurn();
    wire.reset();
    for (const { status } of await Promise.all(asked)) expect([200, 503]).toContain(status);
    expect((await list()).status).toBe(200);
  });

  it('goes silent leads to 503s, and to answers again when it recovers', async () => {
    wire.become('silent');
    for (const { status } of await Promise.all(Array.from({ length: 20 }, list))) expect(status).toBe(503);
    wire.become('intact');
    await expect.poll(async () => (await list()).status).toBe(200);
  });

  it('cannot be opened is logged as ECONNREFUSED, and is retried until it can', async () => {
    await wire.close();
    const requests: (string | null)[] = [];
    const faults = async () => {
      const { status, headers } = await list();
      expect(status).toBe(503);
      requests.push(headers.get('x-request-id'));
      return requests.flatMap(faultsOf);
    };
    await expect.poll(faults).toContain('ECONNREFUSED'); // the first ones may meet connections that are closing
    expect(await (await create('nowhere')).json()).toMatchObject({ outcome: 'not_applied' });
    await wire.open();
    await expect.poll(async () => (await list()).status).toBe(200);
  });
});
