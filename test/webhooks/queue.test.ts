import { beforeEach, describe, expect, it } from 'vitest';
import type { Claimed } from '../../src/webhooks/queue/claimed.ts';
import type { Settlement } from '../../src/webhooks/queue/settlement.ts';
import { webhookQueue } from '../../src/webhooks/queue.ts';
import { testGateway } from '../harness.ts';
import {
  changeEndpoint,
  deliveriesOf,
  insertEndpoint,
  setEndpoint,
  storedEndpoint,
} from './inserted-endpoints.ts';

const gateway = testGateway();

const sql = (text: string) => gateway.database.$client.query(text);
const WANTED = {
  ...{ lease: 'mine', leaseMs: 30_000, places: 100, retries: 50, held: {} },
  perAccount: { places: 100, retries: 50 },
};
const queue = () => webhookQueue(gateway.database);
const claim = async (given: object = {}) => {
  const claims = await queue().claim({ ...WANTED, ...given });
  if (!claims) throw new Error('The database is read-only.');
  return claims;
};
const claimedIds = async (given: object = {}) => (await claim(given)).claimed.map(({ id }) => id);

const attempt = { at: 1_000, ms: 5, status: 500, error: null, body: 'no' };
const sent = { eventId: 'evt_1', type: 'SEGMENT_CREATED' as const, attempt };
const settlementOf = (
  { accountId, id, lease, revision }: Claimed,
  given: Partial<Settlement>,
): Settlement => ({
  ...{ accountId, id, lease, revision, leaseMs: 30_000, place: 1, isReplay: false, isLast: false },
  outcome: 'DELIVERED',
  ...given,
});
/** Claims the only endpoint there is, and settles it. */
const settled = async (given: Partial<Settlement>, before = async (_: Claimed) => {}) => {
  const [claimed] = (await claim()).claimed;
  if (!claimed) throw new Error('Nothing was claimed.');
  await before(claimed);
  return queue().settle(settlementOf(claimed, given));
};

beforeEach(async () => {
  await sql('truncate webhook_endpoints, webhook_deliveries, event_heads');
  await sql(`insert into event_heads (account_id, last_event) values ('ada', 9), ('bob', 9)`);
});

describe('a claim', () => {
  it('returns what is needed to deliver', async () => {
    const { id, url, secret } = await insertEndpoint(gateway, {
      ...{ types: ['SEGMENT_DELETED', 'OF_A_LATER_VERSION'], cursor: 3, replayAt: 1, replayUntil: 2 },
      ...{ previousSecret: 'old', previousSecretUntil: new Date(Date.now() + 60_000) },
    });
    expect(await claim()).toEqual({
      ...{ nextMs: null, hasMore: false, isContended: false, hasEndpoints: true },
      claimed: [
        {
          ...{
            accountId: 'ada',
            id,
            url,
            types: ['SEGMENT_DELETED'],
            secrets: [secret, 'old'],
            lease: 'mine',
          },
          ...{ cursor: 3, replay: { after: 1, until: 2 }, failures: 0, revision: 1, showsCustomers: true },
        },
      ],
    });
  });

  it('does not return a previous secret that has ended', async () => {
    await insertEndpoint(gateway, { secret: 'new', previousSecret: 'old', previousSecretUntil: new Date(0) });
    expect((await claim()).claimed.map(({ secrets }) => secrets)).toEqual([['new']]);
  });

  it('leaves out endpoints that are disabled, have received everything, or wait for a retry', async () => {
    const disabled = await insertEndpoint(gateway);
    await changeEndpoint(gateway, disabled.id, 'is_enabled = false');
    await insertEndpoint(gateway, { cursor: 9 });
    const waiting = await insertEndpoint(gateway);
    await setEndpoint(gateway, waiting.id, `next_attempt_at = now() + interval '60 s'`);
    const { claimed, nextMs } = await claim();
    expect(claimed).toEqual([]);
    expect(nextMs).toBeGreaterThan(0);
    expect(nextMs).toBeLessThanOrEqual(60_000);
  });

  it('leaves out endpoints that another process has, until its lease has ended', async () => {
    const { id } = await insertEndpoint(gateway);
    expect(await claimedIds({ lease: 'other' })).toEqual([id]);
    expect(await claimedIds()).toEqual([]);
    await sql(`update webhook_endpoints set lease_until = now() - interval '1 s'`);
    expect(await claimedIds()).toEqual([id]);
  });

  it('returns first attempts before retries, and those that have waited longest first', async () => {
    const ids = [];
    for (const [failures, seconds] of [
      [1, 9],
      [0, 1],
      [2, 3],
      [0, 2],
      [1, 5],
    ]) {
      const { id } = await insertEndpoint(gateway);
      await setEndpoint(
        gateway,
        id,
        `failures = ${failures}, next_attempt_at = now() - interval '${seconds} s'`,
      );
      ids.push(id);
    }
    const [first, second, , fourth, fifth] = ids;
    expect((await claimedIds({ places: 3, retries: 2 })).toSorted()).toEqual(
      [first, second, fourth].toSorted(),
    );
    expect(await claimedIds({ lease: 'second', places: 3, retries: 1 })).toEqual([fifth]);
    expect(await claimedIds({ lease: 'third', places: 3, retries: 0 })).toEqual([]);
  });

  it('returns the first of each account before the second of any, and leaves out what an account may not have', async () => {
    const accounts = new Map<string, string>();
    for (let i = 0; i < 8; i++) {
      const accountId = i < 6 ? 'ada' : 'bob';
      const { id } = await insertEndpoint(gateway, { accountId });
      await setEndpoint(gateway, id, `next_attempt_at = now() - interval '${60 - i} s'`);
      accounts.set(id, accountId);
    }
    const accountsOf = async (given: object) => {
      const { claimed, hasMore } = await claim({ ...given, lease: 'other' });
      await sql('update webhook_endpoints set lease = null, lease_until = null');
      return [claimed.map(({ id }) => accounts.get(id)).toSorted(), hasMore];
    };
    expect(await accountsOf({ places: 3 })).toEqual([['ada', 'ada', 'bob'], true]);
    expect(await accountsOf({ places: 1, held: { ada: { places: 1, retries: 0 } } })).toEqual([
      ['bob'],
      true,
    ]);
    const perAccount = { places: 3, retries: 2 };
    expect(await accountsOf({ perAccount })).toEqual([['ada', 'ada', 'ada', 'bob', 'bob'], true]);
    const held = { ada: { places: 2, retries: 0 }, bob: { places: 3, retries: 3 } };
    expect(await accountsOf({ perAccount, held })).toEqual([['ada'], true]);
    await sql('update webhook_endpoints set failures = 1');
    expect(await accountsOf({ perAccount })).toEqual([['ada', 'ada', 'bob', 'bob'], true]);
    expect(await accountsOf({})).toEqual([[...accounts.values()], false]);
  });

  it('that is sent again with the same lease, because its answer was lost, returns the same endpoints', async () => {
    const ids = [];
    for (let i = 0; i < 5; i++) ids.push((await insertEndpoint(gateway)).id);
    const wanted = { places: 2, perAccount: { places: 2, retries: 1 } };
    const first = await claimedIds(wanted);
    expect(first).toHaveLength(2);
    expect((await claimedIds(wanted)).toSorted()).toEqual(first.toSorted());
    expect(await claimedIds({ lease: 'other' })).toHaveLength(3);
  });

  it('says whether others were locked, and whether any endpoint is enabled', async () => {
    expect(await claim()).toMatchObject({ isContended: false, hasEndpoints: false });
    const { id } = await insertEndpoint(gateway);
    const other = await gateway.database.$client.connect();
    await other.query('begin');
    await other.query('select from webhook_endpoints where id = $1 for update', [id]);
    expect(await claim()).toMatchObject({
      claimed: [],
      isContended: true,
      hasMore: true,
      hasEndpoints: true,
    });
    await other.query('rollback');
    other.release();
    await changeEndpoint(gateway, id, 'is_enabled = false');
    expect(await claim()).toMatchObject({ isContended: false, hasEndpoints: false });
  });

  it('never gives two processes the same endpoint', async () => {
    const ids = [];
    for (let i = 0; i < 30; i++) ids.push((await insertEndpoint(gateway)).id);
    const claims = await Promise.all(
      Array.from({ length: 5 }, (_, i) =>
        webhookQueue(gateway.database).claim({ ...WANTED, lease: `${i}`, places: 10, retries: 5 }),
      ),
    );
    const claimed = claims.flatMap((each) => (each?.claimed ?? []).map(({ id }) => id));
    expect(new Set(claimed).size).toBe(claimed.length);
    expect(claimed.toSorted()).toEqual(ids.toSorted());
  });
});

describe('a settlement', () => {
  it('of a success moves the cursor, stores the delivery, and keeps the lease', async () => {
    const { id, secret } = await insertEndpoint(gateway);
    expect(await settled({ place: 4, sent })).toEqual({ mayGoOn: true, isCurrent: true, secrets: [secret] });
    expect(await storedEndpoint(gateway, id)).toMatchObject({
      cursor: 4,
      failures: 0,
      is_failing: false,
      lease: 'mine',
    });
    expect(await deliveriesOf(gateway, id)).toEqual([
      { n: 4, event_id: 'evt_1', type: 'SEGMENT_CREATED', status: 'DELIVERED', attempts: [attempt] },
    ]);
  });

  it('of a failure keeps the cursor, and says when the next attempt is due', async () => {
    const { id } = await insertEndpoint(gateway);
    const failure = { failures: 1, retryMs: 60_000, lastError: attempt, sent, isLast: true };
    expect(await settled({ outcome: 'FAILED', ...failure })).toMatchObject({ mayGoOn: false });
    expect(await storedEndpoint(gateway, id)).toMatchObject({
      ...{ cursor: 0, failures: 1, is_failing: true, last_error: attempt, lease: null, lease_until: null },
    });
    expect(await deliveriesOf(gateway, id)).toMatchObject([{ status: 'PENDING' }]);
    expect((await claim()).nextMs).toBeGreaterThan(30_000);
  });

  it('of an event that is given up moves on, and marks its delivery', async () => {
    const { id } = await insertEndpoint(gateway);
    await setEndpoint(gateway, id, 'failures = 9, is_failing = true');
    expect(await settled({ outcome: 'GIVEN_UP', lastError: attempt, sent })).toMatchObject({ mayGoOn: true });
    expect(await storedEndpoint(gateway, id)).toMatchObject({
      ...{ cursor: 1, failures: 0, is_failing: false, last_error: attempt },
    });
    expect(await deliveriesOf(gateway, id)).toMatchObject([{ status: 'FAILED' }]);
  });

  it('disables an endpoint whose receiver is gone, and keeps its cursor', async () => {
    const { id } = await insertEndpoint(gateway);
    expect(await settled({ outcome: 'DISABLED', lastError: attempt, sent })).toMatchObject({
      mayGoOn: false,
    });
    expect(await storedEndpoint(gateway, id)).toMatchObject({ cursor: 0, is_enabled: false, lease: null });
    expect(await claimedIds()).toEqual([]);
  });

  it('moves a replay, and ends it at its last event', async () => {
    const { id } = await insertEndpoint(gateway, { cursor: 9, replayAt: 2, replayUntil: 4 });
    await settled({ isReplay: true, place: 3, sent, isLast: true });
    expect(await storedEndpoint(gateway, id)).toMatchObject({ cursor: 9, replay_at: 3, replay_until: '4' });
    await settled({ isReplay: true, place: 4, sent, isLast: true });
    expect(await storedEndpoint(gateway, id)).toMatchObject({
      cursor: 9,
      replay_at: null,
      replay_until: null,
    });
    expect(await claimedIds()).toEqual([]);
  });

  it('changes nothing if the lease was lost', async () => {
    const { id } = await insertEndpoint(gateway);
    const lose = async () => void (await sql(`update webhook_endpoints set lease = 'other'`));
    expect(await settled({ place: 4, sent }, lose)).toBeNull();
    expect(await storedEndpoint(gateway, id)).toMatchObject({ cursor: 0, lease: 'other' });
    expect(await deliveriesOf(gateway, id)).toEqual([]);
  });

  it('of an endpoint of another account changes nothing', async () => {
    const { id } = await insertEndpoint(gateway);
    const [claimed] = (await claim()).claimed;
    if (!claimed) throw new Error('Nothing was claimed.');
    expect(
      await queue().settle({ ...settlementOf(claimed, { place: 4, sent }), accountId: 'bob' }),
    ).toBeNull();
    expect(await storedEndpoint(gateway, id)).toMatchObject({ cursor: 0 });
  });

  it('stores an attempt only once if it is sent twice, because its answer was lost', async () => {
    const { id } = await insertEndpoint(gateway);
    const [claimed] = (await claim()).claimed;
    if (!claimed) throw new Error('Nothing was claimed.');
    for (let i = 0; i < 2; i++) await queue().settle(settlementOf(claimed, { place: 4, sent }));
    expect(await deliveriesOf(gateway, id)).toMatchObject([{ attempts: [attempt] }]);
  });

  it('keeps the last 20 attempts', async () => {
    const { id } = await insertEndpoint(gateway);
    const [claimed] = (await claim()).claimed;
    if (!claimed) throw new Error('Nothing was claimed.');
    for (let at = 1; at <= 23; at++) {
      const failure = { failures: 1, sent: { ...sent, attempt: { ...attempt, at } } };
      await queue().settle(settlementOf(claimed, { outcome: 'FAILED', ...failure }));
    }
    const [{ attempts }] = await deliveriesOf(gateway, id);
    expect(attempts.map(({ at }: { at: number }) => at)).toEqual(Array.from({ length: 20 }, (_, i) => i + 4));
  });

  it('stores text that JSON in Postgres cannot hold', async () => {
    const { id } = await insertEndpoint(gateway);
    const odd = { ...attempt, error: 'a\0b', body: '\ud800 \u0000 ok' };
    await settled({ outcome: 'GIVEN_UP', lastError: odd, sent: { ...sent, attempt: odd } });
    expect(await deliveriesOf(gateway, id)).toMatchObject([
      { attempts: [{ error: 'ab', body: '\ufffd  ok' }] },
    ]);
  });

  it('of many endpoints is one statement', async () => {
    for (let i = 0; i < 50; i++) await insertEndpoint(gateway);
    const { settle } = queue();
    const { claimed } = await claim();
    gateway.statements.length = 0;
    const all = await Promise.all(claimed.map((each) => settle(settlementOf(each, { place: 2, sent }))));
    expect(all.map((each) => each?.mayGoOn)).toEqual(claimed.map(() => true));
    expect(gateway.statements.filter(({ text }) => text.includes('webhook_endpoints'))).toHaveLength(1);
  });
});

describe('a settlement of an endpoint that its caller has changed meanwhile', () => {
  const change = ({ id }: Claimed) =>
    changeEndpoint(gateway, id, `url = 'https://example.com/new'`).then(() => {});

  it('counts a success, and ends the lease', async () => {
    const { id } = await insertEndpoint(gateway);
    expect(await settled({ place: 4, sent }, change)).toMatchObject({ mayGoOn: false });
    expect(await storedEndpoint(gateway, id)).toMatchObject({ cursor: 4, lease: null });
    expect(await claimedIds()).toEqual([id]);
  });

  it.each(['FAILED', 'GIVEN_UP', 'DISABLED'] as const)('does not count %s', async (outcome) => {
    const { id } = await insertEndpoint(gateway);
    const failure = { failures: 5, retryMs: 60_000, lastError: attempt, sent };
    expect(await settled({ outcome, ...failure }, change)).toMatchObject({ mayGoOn: false });
    expect(await storedEndpoint(gateway, id)).toMatchObject({
      ...{ cursor: 0, failures: 0, is_enabled: true, is_failing: false, last_error: null },
    });
    expect(await deliveriesOf(gateway, id)).toMatchObject([{ status: 'PENDING', attempts: [attempt] }]);
    expect(await claimedIds()).toEqual([id]);
  });

  it('does not skip what the old types exclude', async () => {
    const { id } = await insertEndpoint(gateway);
    await settled({ outcome: 'SKIPPED', place: 4 }, change);
    expect(await storedEndpoint(gateway, id)).toMatchObject({ cursor: 0, lease: null });
  });

  it('does not move a replay that replaced the one of the delivery', async () => {
    const { id } = await insertEndpoint(gateway, { cursor: 9, replayAt: 2, replayUntil: 4 });
    const replace = async () => void (await changeEndpoint(gateway, id, 'replay_at = 0, replay_until = 8'));
    await settled({ isReplay: true, place: 4, sent }, replace);
    expect(await storedEndpoint(gateway, id)).toMatchObject({ cursor: 9, replay_at: 0, replay_until: '8' });
  });

  it('ends the lease of an endpoint that was disabled', async () => {
    await insertEndpoint(gateway);
    const disable = ({ id }: Claimed) => changeEndpoint(gateway, id, 'is_enabled = false').then(() => {});
    expect(await settled({ sent }, disable)).toMatchObject({ mayGoOn: false });
  });
});

describe('the lag', () => {
  it('is the age of the oldest event that was not delivered, without failing endpoints, and counts all by status', async () => {
    await sql(
      `insert into events (account_id, n, type, segment_id, version, occurred_at, request_id, actor)
       select 'ada', n, 'SEGMENT_CREATED', 'x', 1, now() - make_interval(secs => 100 - n), 'x', '{}' from generate_series(1, 9) n`,
    );
    await insertEndpoint(gateway, { cursor: 5 });
    await insertEndpoint(gateway, { cursor: 9 });
    const failing = await insertEndpoint(gateway, { cursor: 1 });
    await sql(`update events set occurred_at = now() - interval '1 day' where n < 6`);
    await changeEndpoint(gateway, failing.id, 'is_failing = true');
    const disabled = await insertEndpoint(gateway, { cursor: 1 });
    await changeEndpoint(gateway, disabled.id, 'is_enabled = false');
    const { seconds, endpoints } = await queue().lag();
    expect(endpoints).toEqual({ enabled: 2, failing: 1, disabled: 1 });
    expect(seconds).toBeGreaterThanOrEqual(94);
    expect(seconds).toBeLessThan(1_000);
  });

  it('is 0 if there is nothing to deliver', async () => {
    await insertEndpoint(gateway, { cursor: 9 });
    expect(await queue().lag()).toEqual({ seconds: 0, endpoints: { enabled: 1, failing: 0, disabled: 0 } });
  });
});
