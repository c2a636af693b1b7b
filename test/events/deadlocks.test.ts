import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { migrate } from '../../src/database/migrate.ts';
import { Refusal, Unavailable } from '../../src/errors/refusals.ts';
import type { Gateway } from '../../src/gateway/gateway.ts';
import type { Segment } from '../../src/segments/segment.ts';
import { segmentIds } from '../../src/segments/segment-id.ts';
import { draft, origin, secondGateway, testGateway } from '../harness.ts';
import { LIMIT_MS } from '../limits.ts';
import { administer, makeDatabase, urlOf } from '../postgres.ts';
import { type Acknowledged, flawsOf } from './log-flaws.ts';
import { wholeLog } from './whole-log.ts';

/** `LOCK_ROUNDS=10000` is the long run. */
const ROUNDS = Number(process.env.LOCK_ROUNDS ?? 100);
const gateway = testGateway();
const newSegment = segmentIds(Date.now);

/** Ids that a language sorts differently from their bytes. */
const ACCOUNTS = [...'aAbBcCdDeEfFgGhHiIjJkKlL'];

/** How the server can sort texts by default. */
const COLLATIONS: [string, () => Promise<Awaited<ReturnType<typeof makeDatabase>> | null>][] = [
  ['by bytes', () => makeDatabase()],
  ['like a language', makeEnglishDatabase],
];

/** Returns null if the server cannot: Postgres 14, or one that was built without ICU. */
async function makeEnglishDatabase() {
  const name = `english_${process.pid}`;
  const server = inject('postgres');
  try {
    await administer(
      server,
      `create database ${name} template template0 locale_provider icu icu_locale 'en-US'`,
    );
  } catch {
    return null;
  }
  const url = urlOf(server, name);
  await migrate(url);
  return { url, drop: async () => void (await administer(server, `drop database ${name} with (force)`)) };
}

/** The number of sessions that gateways have on a database. */
async function sessionsOf(url: string): Promise<number> {
  const [row] = await administer(
    url,
    `select count(*)::int from pg_stat_activity where datname = current_database() and application_name = 'segments-gateway'`,
  );
  return row.count;
}

describe.each(COLLATIONS)('two gateways on a database that sorts %s', (_, make) => {
  let database: Awaited<ReturnType<typeof makeDatabase>> | null;
  let gateways: Gateway[] = [];

  beforeAll(async () => {
    database = await make();
    if (!database) return;
    const databaseUrl = database.url;
    // Before the lock timeout of the gateway, which would end a deadlock as well, but does not count it.
    await administer(
      databaseUrl,
      `do $$ begin execute format('alter database %I set deadlock_timeout = ''20ms''', current_database()); end $$`,
    );
    gateways = await Promise.all([0, 1].map(() => secondGateway(gateway, { databaseUrl, poolSize: 10 })));
  });
  afterAll(() => database?.drop());

  it(`write to many accounts in opposite orders ${ROUNDS} times without a deadlock`, {
    timeout: LIMIT_MS.test + ROUNDS * 300,
  }, async ({ skip }) => {
    if (!database) return skip();
    const { url } = database;
    const acknowledged: Acknowledged[] = [];
    const unknown = new Set<string>();
    let requests = 0;
    /** Notes a write if it was applied. On a slow machine, one that waited for too long is refused. */
    const write = async (
      type: Acknowledged['type'],
      send: (requestId: string) => Promise<Segment | null>,
    ) => {
      const requestId = `request-${++requests}`;
      try {
        const segment = await send(requestId);
        if (!segment) return null;
        const version = segment.version + (type === 'SEGMENT_DELETED' ? 1 : 0);
        acknowledged.push({ requestId, type, segmentId: segment.id, version });
        return segment;
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        if (error instanceof Unavailable && error.outcome === 'unknown') unknown.add(requestId);
        return null;
      }
    };
    const shared = new Map<string, Segment>();
    const [first, second] = gateways;
    if (!first || !second) throw new Error('The gateways did not start.');

    const create = (at: Gateway, accountId: string) =>
      write('SEGMENT_CREATED', (requestId) =>
        at.segments.create({ ...origin, requestId, accountId, ...newSegment(), ...draft() }),
      );
    const createOnce = (at: Gateway, accountId: string, key: string) => {
      const once = { ...origin, accountId, ...newSegment(), ...draft(), idempotencyKey: key, digest: 'd' };
      return write('SEGMENT_CREATED', async (requestId) => {
        const made = await at.segments.createOnce({ ...once, requestId });
        return made.replayed ? null : made;
      });
    };
    const update = (at: Gateway, accountId: string, id: string, name: string) =>
      write('SEGMENT_UPDATED', (requestId) =>
        at.segments.update({ ...origin, requestId, accountId, id, name }),
      );
    const remove = (at: Gateway, accountId: string, id: string) =>
      write('SEGMENT_DELETED', (requestId) => at.segments.delete({ ...origin, requestId, accountId, id }));

    /** Changes members. A refused change, or one of a deleted segment, changes nothing. */
    const changeMembers = async (at: Gateway, accountId: string, id: string, add: string, remove: string) => {
      const change = { ...origin, accountId, id, add: [add], remove: [remove] };
      await at.members.change(change).catch((error) => {
        if (!(error instanceof Refusal)) throw error;
      });
    };

    for (const accountId of ACCOUNTS) {
      const made = await create(first, accountId);
      if (made) shared.set(accountId, made);
    }
    const idOf = (accountId: string) => shared.get(accountId)?.id ?? '';
    const backward = ACCOUNTS.toReversed();
    let made: [string, string][] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const old = made;
      made = [];
      const keep = async (accountId: string, making: Promise<Segment | null>) => {
        const segment = await making;
        if (segment) made.push([accountId, segment.id]);
      };
      await Promise.all([
        ...ACCOUNTS.map((accountId) => keep(accountId, create(first, accountId))),
        ...backward.map((accountId) => update(second, accountId, idOf(accountId), `${round}`)),
        ...ACCOUNTS.map((accountId) => createOnce(first, accountId, `${round}`)),
        ...backward.map((accountId) => createOnce(second, accountId, `${round}`)),
        ...backward.map((accountId) => keep(accountId, create(second, accountId))),
        ...ACCOUNTS.map((accountId) => update(first, accountId, idOf(accountId), `${round}`)),
        ...ACCOUNTS.map((accountId) => changeMembers(second, accountId, idOf(accountId), 'a', 'b')),
        ...backward.map((accountId) => changeMembers(first, accountId, idOf(accountId), 'b', 'a')),
        ...old.map(([accountId, id], i) => changeMembers(i % 2 ? second : first, accountId, id, 'a', 'b')),
        ...old.map(([accountId, id], i) => remove(i % 2 ? first : second, accountId, id)),
      ]);
    }

    const byId = new Set<string>();
    for (const accountId of ACCOUNTS) {
      const all = await wholeLog(first.events, accountId);
      expect(all.map(({ n }) => n)).toEqual(all.map((_, i) => i + 1));
      // Members have no part in the version of their segment.
      const ofSegments = all.filter(({ type }) => !type.includes('MEMBERS'));
      const log = ofSegments.map((event, i) => ({ ...event, n: i + 1 }));
      const ids = new Set(log.map(({ segmentId }) => segmentId));
      for (const id of ids) byId.add(id);
      expect(
        flawsOf(
          log,
          acknowledged.filter(({ segmentId }) => ids.has(segmentId)),
        ),
      ).toEqual([]);
    }
    expect(acknowledged.filter(({ segmentId }) => !byId.has(segmentId))).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(ROUNDS * ACCOUNTS.length);
    await Promise.all(gateways.map(({ stop }) => stop()));
    await expect.poll(() => sessionsOf(url)).toBe(0); // because a session may report its deadlocks only when it ends
    const [{ deadlocks }] = await administer(
      url,
      'select deadlocks::int from pg_stat_database where datname = current_database()',
    );
    expect(deadlocks).toBe(0);
  });
});
