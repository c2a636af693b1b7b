import pg from 'pg';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { connect, disconnect } from '../../src/database/connect.ts';
import { forgetDeliveries } from '../../src/webhooks/store/forget.ts';
import { secondGateway, testGateway } from '../harness.ts';
import { readOnlyUrlOf } from '../postgres.ts';
import { until } from '../until.ts';
import { create, setRow, storedRow, truncate } from './endpoints.ts';
import { storeDeliveries } from './stored-deliveries.ts';

const gateway = testGateway();
const days = 30;
const OLD = '30 days 1 minute';
const RECENT = '29 days 23 hours';
const forget = (database = gateway.database, signal?: AbortSignal) =>
  forgetDeliveries(database, { days })(signal);

/** Stores this many deliveries of each age. */
const store = (count: number, ...ages: string[]) =>
  storeDeliveries(
    gateway,
    'ada',
    'whe_1',
    ages.flatMap((age, i) => Array.from({ length: count }, (_, k) => ({ n: i * count + k + 1, age }))),
  );
const left = async () => {
  const { rows } = await gateway.database.$client.query('select n::int from webhook_deliveries order by n');
  return rows.map(({ n }) => n);
};

beforeEach(() => truncate(gateway));

describe('Forgetting', () => {
  it('deletes the deliveries whose last attempt is too old, and no others', async () => {
    await store(2, OLD, RECENT, '1 year', '1 second');
    expect(await forget()).toBe(4);
    expect(await left()).toEqual([3, 4, 7, 8]);
    expect(await forget()).toBe(0);
  });

  it('deletes many piece by piece, and a later run goes on where the one before it ended', async () => {
    const run = forgetDeliveries(gateway.database, { days });
    await store(2_500, OLD);
    gateway.statements.length = 0;
    expect(await run()).toBe(2_500);
    expect(gateway.statements).toHaveLength(3 + 1); // the last one forgets secrets
    await store(10, OLD);
    expect(await run()).toBe(10);
    expect(await left()).toEqual([]);
  });

  it('ends when it is told to', async () => {
    await store(2_500, OLD);
    const stop = new AbortController();
    const running = forget(gateway.database, stop.signal);
    stop.abort();
    const first = await running;
    expect(first).toBe(1_000);
    expect(await forget()).toBe(1_500);
  });

  it('skips a delivery that is being written', async () => {
    await store(3, OLD);
    const client = new pg.Client(gateway.database.$client.options.connectionString ?? '');
    await client.connect();
    await client.query('begin');
    await client.query('update webhook_deliveries set attempted_at = now() where n = 2');
    expect(await forget()).toBe(2);
    await client.query('commit');
    await client.end();
    expect(await left()).toEqual([2]);
  });

  it('deletes previous secrets that no longer sign', async () => {
    const [old, recent] = [await create(gateway), await create(gateway)];
    await setRow(gateway, old.webhook.id, `previous_secret = 'a', previous_secret_until = now()`);
    await setRow(
      gateway,
      recent.webhook.id,
      `previous_secret = 'b', previous_secret_until = now() + interval '1 hour'`,
    );
    expect(await forget()).toBe(0);
    expect(await storedRow(gateway, old.webhook.id)).toMatchObject({
      ...{ secret: old.secret, previous_secret: null, previous_secret_until: null },
    });
    expect(await storedRow(gateway, recent.webhook.id)).toMatchObject({ previous_secret: 'b' });
  });

  it('does nothing on a read-only database', async () => {
    await store(3, OLD);
    const url = readOnlyUrlOf(gateway.database.$client.options.connectionString ?? '');
    const other = connect({ url, poolSize: 4, observe: () => {} });
    expect(await forget(other)).toBe(0);
    await disconnect(other);
  });
});

describe('A running gateway', () => {
  let stop = async () => {};
  afterAll(() => stop());

  it('forgets deliveries after the days that it keeps events, and logs it', async () => {
    await store(5, '3 days 1 minute', '2 days 23 hours');
    const observed: object[] = [];
    const other = await secondGateway(gateway, {
      eventRetentionDays: 3,
      observe: (each) => observed.push(each),
    });
    stop = other.stop;
    await until(() => observed.some((each) => 'kind' in each && each.kind === 'deliveries_forgotten'));
    expect(observed).toContainEqual({ kind: 'deliveries_forgotten', deliveries: 5, ms: expect.any(Number) });
    expect(await left()).toEqual([6, 7, 8, 9, 10]);
  });
});
