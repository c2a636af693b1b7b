import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import { columnsOf } from '../../database/sql/column.ts';
import { milliseconds, type Values } from '../../database/statement.ts';
import { erasingKey, events } from '../../database/tables/events.ts';
import type { Event } from '../event.ts';
import type { Contents } from '../event-list.ts';

const { read, width } = columnsOf(events, []).reader();

/** Matches an event of a deleted segment whose contents are still stored. Readers must not see them. */
const isErased = (row: SQL) => sql`exists (select from ${events} as erasing where erasing.is_erasing
  and ${keyOf(sql`erasing`)} = ${keyOf(row)} and erasing.n >= ${row}.n)`;

const keyOf = (row: SQL) => erasingKey(sql`${row}.account_id`, sql`${row}.segment_id`);

/** How to select an event, and the number of its columns. */
export const EVENT = {
  columns: (row: SQL, contents: Contents = 'all'): SQL =>
    sql.join(
      Object.values(getTableColumns(events)).map((column) => {
        const value = sql`${row}.${sql.identifier(column.name)}`;
        if (column === events.segment || column === events.details) {
          if (contents === 'none' || (contents === 'segment' && column === events.details)) return sql`null`;
          return sql`case when ${value} is not null and not ${isErased(row)} then ${value} end`;
        }
        return column === events.occurredAt ? milliseconds(value) : value;
      }),
      sql`, `,
    ),
  width,
};

/** Reads an event. Only the gateway and its trigger write types, actors and the JSON of rows, so they are not validated. */
export const readEvent = (values: Values): Event => read(values) as unknown as Event;
