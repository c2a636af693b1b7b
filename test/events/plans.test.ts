import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventIdOf } from '../../src/events/event.ts';
import { getEvent, listEvents } from '../../src/events/resolvers.ts';
import { eraseContents } from '../../src/events/store/erase.ts';
import { pruneEvents } from '../../src/events/store/prune.ts';
import { eventHead, testGateway, type Who } from '../harness.ts';
import { eagerDatabase, excessOfAll, type Sent } from '../plans.ts';
import { administer } from '../postgres.ts';

const gateway = testGateway();

/** 200,000 events, most of them Ada's. */
const LOGS = {
  ada: 150_000,
  bob: 100,
  ...Object.fromEntries(Array.from({ length: 499 }, (_, i) => [`other${i}`, 100])),
};
const ACCOUNTS = Object.keys(LOGS).length;
const EVENTS_OF_SEGMENT = 50;
const FEW_DELETIONS = 30;
const EVENTS_OF_REQUEST = 2;

const segmentOf = (who: string, n: number) =>
  who.padEnd(8, '0') + String(Math.ceil(n / EVENTS_OF_SEGMENT)).padStart(8, '0');
const requestOf = (who: string, n: number) => `${who}-${Math.ceil(n / EVENTS_OF_REQUEST)}`;

/**
 * Fills the logs. Segments are created, changed and deleted one after another. The first half of each log is old. Rows are in
 * no order, as they are when many accounts write.
 */
const fill = (isErasing: string) => `
  insert into event_heads (account_id, last_event)
  select account_id, total::bigint from jsonb_each_text('${JSON.stringify(LOGS)}') as log (account_id, total);
  insert into events
  select account_id, n,
    case place when 1 then 'SEGMENT_CREATED' when ${EVENTS_OF_SEGMENT} then 'SEGMENT_DELETED' else 'SEGMENT_UPDATED' end,
    rpad(account_id, 8, '0') || lpad(ceil(n / ${EVENTS_OF_SEGMENT}.0)::text, 8, '0'), place,
    now() - case when n <= total::bigint / 2 then interval '60 days' else '1 day' end,
    account_id || '-' || ceil(n / ${EVENTS_OF_REQUEST}.0), '{"kind":"TOKEN","id":"x","name":"x"}',
    case when place < ${EVENTS_OF_SEGMENT} then json_build_object('name', repeat('n', 100)) end,
    case when place between 2 and ${EVENTS_OF_SEGMENT - 1} then json '{"name":["x"]}' end,
    place = ${EVENTS_OF_SEGMENT} and ${isErasing}
  from jsonb_each_text('${JSON.stringify(LOGS)}') as log (account_id, total),
    generate_series(1, total::bigint) as n, lateral (select ((n - 1) % ${EVENTS_OF_SEGMENT} + 1)::int as place) as p
  order by hashint8(n)`;

/** The last statement that a call sends. */
async function sentBy(call: () => Promise<unknown>): Promise<{ text: string; values: unknown[] }> {
  gateway.statements.length = 0;
  await call().catch(() => null); // the log is empty, so cursors are behind its end
  const sent = gateway.statements.at(-1);
  if (!sent) throw new Error('Nothing was sent.');
  return sent;
}

/** What the gateway's own database has, so that it sends every statement of a chore. */
const administerOwn = (sql: string) =>
  administer(gateway.database.$client.options.connectionString ?? '', sql);

/** Every kind of statement on an account's log. */
async function statementsFor(who: 'ada' | 'bob'): Promise<Sent[]> {
  const context = gateway.context(who satisfies Who);
  const total = LOGS[who];
  const middle = total / 2;
  const segmentId = segmentOf(who, middle);
  const requestId = requestOf(who, middle);
  const sent: Sent[] = [];
  // Each row takes a search in an index, because rows are in no order.
  const add = async (title: string, maxRows: number, call: () => Promise<unknown>) =>
    sent.push({ title: `${title} of ${who}`, maxRows, blocksOfRow: 3, ...(await sentBy(call)) });

  await add('the head', 1, () => eventHead(gateway, who));
  // The row of the account, the event, and twice the deletion that erases it, once for each of the two columns.
  await add('an event', 4, () => getEvent({ id: eventIdOf({ n: middle - 1, segmentId }) }, context));
  for (const [title, place] of [
    ['a page', {}],
    ['a page behind a cursor', { after: String(middle - 25) }],
    ['a page before a cursor', { before: String(middle - 25) }],
  ] as const) {
    for (const extent of [{ first: 10 }, { last: 10 }, { first: 50 }, { last: 50 }]) {
      const list = (what: string, maxRows: number, filter: object) =>
        add(`${title} (${JSON.stringify(extent)}) ${what}`, maxRows, () =>
          listEvents({ ...place, ...extent, filter }, context),
        );
      const max = 1 + 3 * (Object.values(extent)[0] + 1);
      await list('without a filter', max, {});
      await list('of a segment', max, { segmentId });
      await list('of a segment that has none', 1, { segmentId: 'x' });
      await list('of a request', 1 + 3 * EVENTS_OF_REQUEST, { requestId });
      await list('of a request and a segment', max + EVENTS_OF_SEGMENT, { requestId, segmentId });
      await list('of a type and a segment', max + EVENTS_OF_SEGMENT, {
        types: ['SEGMENT_CREATED'],
        segmentId,
      });
      await list('of a type', max + total, { types: ['SEGMENT_UPDATED'] });
      await list('of a time', max + total, { occurredAt: { lt: new Date() } });
    }
  }

  const prune = () => pruneEvents(gateway.database, { days: 30, observe: () => {} })();
  const erase = () => eraseContents(gateway.database)();
  await administerOwn('truncate event_heads, events');
  await add('the accounts to prune', 2 * ACCOUNTS, prune);
  await add('the deletions to erase', 100, erase);
  const old = `'${who}', ${total}, 'SEGMENT_DELETED', '${segmentOf(who, total)}', 50, now() - interval '31 days', 'x', '{}', null, null`;
  await administerOwn(
    `insert into event_heads values ('${who}', ${total}); insert into events values (${old}, true)`,
  );
  // The deletion is read and ended. The events before it are read, locked and written.
  // If there are few deletions, Postgres may read all of them to find the one that is to be erased.
  await add('erasing', 2 + FEW_DELETIONS + 3 * EVENTS_OF_SEGMENT, async () => {
    await erase();
    gateway.statements.pop(); // nothing was left to erase
  });
  await administerOwn(`truncate events; insert into events values (${old})`);
  // The row of the account is read and written. The events are read and deleted.
  await add('pruning', 2 + 2 * Math.min(1_000, total), prune);
  return sent;
}

describe.each([
  ['no', 'false'],
  ['a few', `n % ${LOGS.ada / FEW_DELETIONS} = 0`],
  ['all', 'true'],
])('with %s deletions to erase', (_, isErasing) => {
  let drop: () => Promise<void>;
  let client: pg.Client;
  let statements: Sent[];

  beforeAll(async () => {
    ({ client, drop } = await eagerDatabase(['event_heads', 'events']));
    statements = [...(await statementsFor('ada')), ...(await statementsFor('bob'))];
  });
  afterAll(() => drop());

  const excess = () => excessOfAll(client, statements);

  it('each statement on the log reads only what it needs without statistics', async () => {
    await client.query(fill(isErasing));
    expect(await excess()).toEqual([]);
  });

  // Then the index of deletions looks more expensive than others, with which each event would read all later ones of its segment.
  it('each read of the log reads only what it needs after many deletions were erased', async () => {
    await client.query('begin');
    await client.query('update events set is_erasing = true');
    await client.query(
      `update events set is_erasing = false where type <> 'SEGMENT_DELETED' or not (${isErasing})`,
    );
    await client.query('commit');
    const reads = statements.filter(({ text }) => text.trim().startsWith('select'));
    const found = await excessOfAll(client, reads);
    expect(found.filter((excess) => /rows, not|without an index/.test(excess))).toEqual([]);
  });

  it('each statement on the log reads only what it needs with fresh statistics', async () => {
    await client.query('vacuum analyze events, event_heads');
    expect(await excess()).toEqual([]);
  });

  it('each statement on the log reads only what it needs with the statistics of empty tables', async () => {
    await client.query('truncate events, event_heads');
    await client.query('analyze events, event_heads');
    await client.query(fill(isErasing));
    expect(await excess()).toEqual([]);
  });
});
