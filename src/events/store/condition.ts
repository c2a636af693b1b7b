import { type SQL, sql } from 'drizzle-orm';
import type { BatchColumns } from '../../database/sql/unnest.ts';
import { timestampOf } from '../../values/moment.ts';
import type { EventWindow } from '../event-list.ts';

export type ReadEvents = EventWindow & { accountId: string };

/** A condition of a filter: its name, its SQL on `event` and `wanted`, and the columns of the batch that it needs. */
export interface Condition {
  name: string;
  holds: SQL;
  columns: BatchColumns<ReadEvents>;
}

/** Whether a read may scan many more events than it returns. */
export const mayScan = (conditions: readonly Condition[]): boolean =>
  conditions.some((condition) => condition === TYPES || condition === SINCE || condition === UNTIL);

/** Returns the conditions of a filter, always in the same order, so that filters of the same shape share a statement. */
export function conditionsOf({
  filter: { types, segmentId, requestId, occurredAt },
}: ReadEvents): Condition[] {
  return [
    ...(segmentId != null ? [SEGMENT] : []),
    ...(requestId != null ? [REQUEST] : []),
    ...(types != null ? [TYPES] : []),
    ...(occurredAt?.from != null ? [SINCE] : []),
    ...(occurredAt?.until != null ? [UNTIL] : []),
  ];
}

const SEGMENT: Condition = {
  name: 'segment',
  holds: sql`event.segment_id = wanted.segment_id`,
  columns: { segment_id: { type: 'text', of: ({ filter }) => filter.segmentId } },
};
const REQUEST: Condition = {
  name: 'request',
  holds: sql`event.request_id = wanted.request_id`,
  columns: { request_id: { type: 'text', of: ({ filter }) => filter.requestId } },
};
const TYPES: Condition = {
  name: 'types',
  holds: sql`event.type = any(string_to_array(wanted.types, ' '))`,
  columns: { types: { type: 'text', of: ({ filter }) => filter.types?.join(' ') } },
};
const timeAt = (time: number | null | undefined) => (time == null ? null : timestampOf(time));
const SINCE: Condition = {
  name: 'since',
  holds: sql`event.occurred_at >= wanted.since`,
  columns: { since: { type: 'timestamptz', of: ({ filter }) => timeAt(filter.occurredAt?.from) } },
};
const UNTIL: Condition = {
  name: 'until',
  holds: sql`event.occurred_at < wanted.until`,
  columns: { until: { type: 'timestamptz', of: ({ filter }) => timeAt(filter.occurredAt?.until) } },
};

/** Returns the full order of the index to read, so that Postgres cannot use another index. */
export function orderBy(conditions: readonly Condition[], backward: boolean): SQL {
  const direction = sql.raw(backward ? 'desc' : 'asc');
  const leading = conditions.includes(SEGMENT)
    ? [sql`event.segment_id ${direction}`]
    : conditions.includes(REQUEST)
      ? [sql`event.request_id ${direction}`]
      : [];
  return sql.join([...leading, sql`event.n ${direction}`], sql`, `);
}
