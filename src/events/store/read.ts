import { type SQL, sql } from 'drizzle-orm';
import { batch } from '../../database/batch.ts';
import type { Database, Lane } from '../../database/connect.ts';
import { accountOf } from '../../database/sql/key.ts';
import { type BatchColumns, unnest } from '../../database/sql/unnest.ts';
import { prepare, statement, type Values } from '../../database/statement.ts';
import { eventHeads, events } from '../../database/tables/events.ts';
import type { Event } from '../event.ts';
import type { Contents } from '../event-list.ts';
import { type Condition, conditionsOf, mayScan, orderBy, type ReadEvents } from './condition.ts';
import { EVENT, readEvent } from './row.ts';

/** A part of an account's log. */
export interface EventSlice {
  events: Event[];
  /** Whether there are more events in the direction of paging. */
  hasMore: boolean;
  /** Whether there are fewer events than requested, because they have too many bytes. */
  isCut: boolean;
  /** The places of the newest event and of the newest deleted event when the slice was read. */
  head: number;
  prunedTo: number;
}

/** Max events that a call can read in the lane of small statements. */
const SMALL = 20;
const MOST = {
  small: { largest: 100, shared: 10 },
  large: { largest: 4, shared: 2 },
  scan: { largest: 1, shared: 0 },
};

/** A part of a log to read. By default, it is read forward, from the oldest event that is kept, without a filter. */
type Wanted = Pick<ReadEvents, 'accountId' | 'size'> & Partial<ReadEvents>;

/** Returns a function that reads a part of an account's log. */
export function readEvents(db: Database) {
  const readers = new Map<string, (call: ReadEvents) => Promise<EventSlice>>();
  return (given: Wanted): Promise<EventSlice> => {
    const call: ReadEvents = { backward: false, filter: {}, ...given };
    const conditions = conditionsOf(call);
    const { backward, contents = 'all', maxBytes } = call;
    const isBounded = maxBytes !== undefined && contents !== 'none';
    const size = mayScan(conditions) ? 'scan' : call.size > SMALL ? 'large' : 'small';
    const name = [
      'read_events',
      size,
      backward ? 'desc' : 'asc',
      `of_${contents}`, // not the name of a condition
      ...(isBounded ? ['bounded'] : []),
      ...conditions.map(({ name }) => name),
    ].join('_');
    let reader = readers.get(name);
    if (!reader) {
      const lane = { small: db, large: db.large, scan: db.scan }[size];
      reader = reading(lane, name, { backward, contents, isBounded, conditions }, MOST[size]);
      readers.set(name, reader);
    }
    return reader(call);
  };
}

/** What the reads of one statement have in common. */
interface Shape {
  backward: boolean;
  contents: Contents;
  isBounded: boolean;
  conditions: readonly Condition[];
}

function reading(
  lane: Lane,
  name: string,
  { backward, contents, isBounded, conditions }: Shape,
  most: { largest: number; shared: number },
) {
  const columns: BatchColumns<ReadEvents> = {
    account_id: { type: 'text', of: accountOf },
    low: { type: 'bigint', of: ({ after }) => after ?? 0 },
    high: { type: 'bigint', of: ({ before }) => before ?? Number.MAX_SAFE_INTEGER },
    size: { type: 'int', of: ({ size }) => size + 1 },
    ...(isBounded && { max_bytes: { type: 'bigint', of: ({ maxBytes }) => maxBytes } }),
    ...Object.assign({}, ...conditions.map(({ columns }) => columns)),
  };
  const wanted = unnest<ReadEvents>('wanted', columns, { numbered: true });
  const order = orderBy(conditions, backward);
  const page = sql`
      select * from ${events} as event
      where event.account_id = wanted.account_id and event.n > greatest(wanted.low, head.pruned_to) and event.n < wanted.high
        ${sql.join(
          conditions.map(({ holds }) => sql`and ${holds}`),
          sql` `,
        )}
      order by ${order} limit wanted.size`;
  const query = statement(sql`
    select ${EVENT.columns(sql`page`, contents)},
      wanted.n as call, coalesce(head.last_event, 0), coalesce(head.pruned_to, 0), ${isBounded ? sql`page.found` : sql`null`}
    from ${wanted.table}
    left join ${eventHeads} as head on head.account_id = wanted.account_id
    left join lateral (${isBounded ? bounded(page, order) : page}) as page on true`);
  const run = prepare(lane, name, query, rowOf);
  return batch<ReadEvents, EventSlice>(
    lane,
    async (calls) => {
      const slices = calls.map((): Found => ({ events: [], found: 0, head: 0, prunedTo: 0 }));
      for (const { call, event, found, head, prunedTo } of await run(wanted.fill(calls))) {
        const slice = slices[call - 1];
        if (!slice) continue;
        Object.assign(slice, { head, prunedTo });
        if (event) slice.events.push(event);
        slice.found = found ?? slice.events.length;
      }
      return slices.map((slice, i) => cut(slice, calls[i]?.size ?? 0, backward));
    },
    { accountOf, ...most },
  );
}

function rowOf(values: Values) {
  const [call, head, prunedTo] = values.slice(EVENT.width).map(Number);
  const found = values[EVENT.width + 3];
  const event = values[0] === null ? null : readEvent(values);
  return {
    call: call ?? 0,
    head: head ?? 0,
    prunedTo: prunedTo ?? 0,
    event,
    found: found === null ? null : Number(found),
  };
}

/** The events of a call, and how many there are up to its size, and one more. */
interface Found extends Omit<EventSlice, 'hasMore' | 'isCut'> {
  found: number;
}

function cut({ events: all, found, ...slice }: Found, size: number, backward: boolean): EventSlice {
  const events = all.slice(0, size);
  const isCut = all.length < found;
  return { ...slice, events: backward ? events.reverse() : events, hasMore: found > events.length, isCut };
}

/** The first rows of a page: those before which there are fewer bytes of contents than the call allows. */
const bounded = (page: SQL, order: SQL): SQL => sql`
  select * from (
    select event.*, count(*) over () as found,
      sum(octet_length(coalesce(event.segment::text, '')) + octet_length(coalesce(event.before::text, '')))
        over (order by ${order} rows between unbounded preceding and 1 preceding) as bytes_before
    from (${page}) as event
  ) as event where coalesce(bytes_before, 0) < wanted.max_bytes`;
