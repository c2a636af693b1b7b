import { sql } from 'drizzle-orm';
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
    const { backward, contents = 'all' } = call;
    const size = mayScan(conditions) ? 'scan' : call.size > SMALL ? 'large' : 'small';
    const name = [
      'read_events',
      size,
      backward ? 'desc' : 'asc',
      `of_${contents}`, // not the name of a condition
      ...conditions.map(({ name }) => name),
    ].join('_');
    let reader = readers.get(name);
    if (!reader) {
      const lane = { small: db, large: db.large, scan: db.scan }[size];
      reader = reading(lane, name, { backward, contents, conditions }, MOST[size]);
      readers.set(name, reader);
    }
    return reader(call);
  };
}

/** What the reads of one statement have in common. */
interface Shape {
  backward: boolean;
  contents: Contents;
  conditions: readonly Condition[];
}

function reading(
  lane: Lane,
  name: string,
  { backward, contents, conditions }: Shape,
  most: { largest: number; shared: number },
) {
  const columns: BatchColumns<ReadEvents> = {
    account_id: { type: 'text', of: accountOf },
    low: { type: 'bigint', of: ({ after }) => after ?? 0 },
    high: { type: 'bigint', of: ({ before }) => before ?? Number.MAX_SAFE_INTEGER },
    size: { type: 'int', of: ({ size }) => size + 1 },
    ...Object.assign({}, ...conditions.map(({ columns }) => columns)),
  };
  const wanted = unnest<ReadEvents>('wanted', columns, { numbered: true });
  const query = statement(sql`
    select ${EVENT.columns(sql`page`, contents)},
      wanted.n as call, coalesce(head.last_event, 0), coalesce(head.pruned_to, 0)
    from ${wanted.table}
    left join ${eventHeads} as head on head.account_id = wanted.account_id
    left join lateral (
      select * from ${events} as event
      where event.account_id = wanted.account_id and event.n > greatest(wanted.low, head.pruned_to) and event.n < wanted.high
        ${sql.join(
          conditions.map(({ holds }) => sql`and ${holds}`),
          sql` `,
        )}
      order by ${orderBy(conditions, backward)} limit wanted.size
    ) as page on true`);
  const run = prepare(lane, name, query, rowOf);
  return batch<ReadEvents, EventSlice>(
    lane,
    async (calls) => {
      const slices = calls.map((): EventSlice => ({ events: [], hasMore: false, head: 0, prunedTo: 0 }));
      for (const { call, event, head, prunedTo } of await run(wanted.fill(calls))) {
        const slice = slices[call - 1];
        if (!slice) continue;
        Object.assign(slice, { head, prunedTo });
        if (event) slice.events.push(event);
      }
      return slices.map((slice, i) => cut(slice, calls[i]?.size ?? 0, backward));
    },
    { accountOf, ...most },
  );
}

function rowOf(values: Values) {
  const [call, head, prunedTo] = values.slice(EVENT.width).map(Number);
  const event = values[0] === null ? null : readEvent(values);
  return { call: call ?? 0, head: head ?? 0, prunedTo: prunedTo ?? 0, event };
}

function cut(slice: EventSlice, size: number, backward: boolean): EventSlice {
  const events = slice.events.slice(0, size);
  return { ...slice, events: backward ? events.reverse() : events, hasMore: slice.events.length > size };
}
