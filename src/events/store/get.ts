import { sql } from 'drizzle-orm';
import { batch } from '../../database/batch.ts';
import type { Database } from '../../database/connect.ts';
import { accountOf } from '../../database/sql/key.ts';
import { unnest } from '../../database/sql/unnest.ts';
import { prepare, statement } from '../../database/statement.ts';
import { eventHeads, events } from '../../database/tables/events.ts';
import type { Event } from '../event.ts';
import { EVENT, readEvent } from './row.ts';

interface Wanted {
  accountId: string;
  n: number;
  segmentId: string;
}

/** Returns a function that finds an event by its place and segment; null if the account's log does not contain it, or no longer keeps it. */
export function getEvent(db: Database) {
  const wanted = unnest<Wanted>(
    'wanted',
    {
      account_id: { type: 'text', of: accountOf },
      place: { type: 'bigint', of: ({ n }) => n },
      segment_id: { type: 'text', of: ({ segmentId }) => segmentId },
    },
    { numbered: true },
  );
  const query = statement(sql`
    select ${EVENT.columns(sql`event`)}, wanted.n from ${wanted.table}
    inner join ${eventHeads} as head on head.account_id = wanted.account_id and wanted.place > head.pruned_to
    inner join ${events} as event on (event.account_id, event.n) = (wanted.account_id, wanted.place)
      and event.segment_id = wanted.segment_id`);
  const run = prepare(db, 'get_event', query, (values) => ({
    call: Number(values[EVENT.width]),
    event: readEvent(values),
  }));
  return batch<Wanted, Event | null>(
    db,
    async (calls) => {
      const found = calls.map((): Event | null => null);
      for (const { call, event } of await run(wanted.fill(calls))) found[call - 1] = event;
      return found;
    },
    { accountOf },
  );
}
