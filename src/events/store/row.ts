import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import { columnsOf } from '../../database/sql/column.ts';
import { milliseconds, type Values } from '../../database/statement.ts';
import { erasingKey, events } from '../../database/tables/events.ts';
import type { Event } from '../event.ts';
import type { Contents } from '../event-list.ts';

const { read, width } = columnsOf(events, []).reader();

/** Whether the contents of a deleted segment's event are to be erased. Nobody may see them from the deletion on. */
const isErased = (row: SQL) => sql`exists (select from ${events} as erasing where erasing.is_erasing
  and ${keyOf(sql`erasing`)} = ${keyOf(row)} and erasing.n >= ${row}.n)`;

const keyOf = (row: SQL) => erasingKey(sql`${row}.account_id`, sql`${row}.segment_id`);

/** How to select an event, and how many columns that are. */
export const EVENT = {
  columns: (row: SQL, contents: Contents = 'all'): SQL =>
    sql.join(
      Object.values(getTableColumns(events)).map((column) => {
        const value = sql`${row}.${sql.identifier(column.name)}`;
        if (column === events.segment || column === events.before) {
          if (contents === 'none' || (contents === 'segment' && column === events.before)) return sql`null`;
          return sql`case when ${value} is not null and not ${isErased(row)} then ${value} end`;
        }
        return column === events.occurredAt ? milliseconds(value) : value;
      }),
      sql`, `,
    ),
  width,
};

/** Reads an event. Types, actors and the JSON of rows are written by the gateway and by a trigger, and nobody else. */
export const readEvent = (values: Values): Event => read(values) as unknown as Event;
