import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn, PgTable } from 'drizzle-orm/pg-core';
import { kindOf } from './column-kind.ts';

/** Values by the names of their columns. */
export type JsonRow = Readonly<Record<string, unknown>>;

/** Writes rows of a table into JSON and reads them again. The keys are the names of the columns. */
export function jsonOf<Table extends PgTable, Property extends keyof Table['$inferSelect'] & string>(
  table: Table,
  properties: readonly Property[],
) {
  type Row = Pick<Table['$inferSelect'], Property>;
  const all = getTableColumns(table) as Record<Property, AnyPgColumn>; // Drizzle infers the rows from these
  const columns = properties.map((property) => ({ property, column: all[property] }));
  const parsed = (column: AnyPgColumn, value: unknown) =>
    value === null || value === undefined ? null : kindOf(column).parse(value);

  return {
    /** The JSON of a row in a statement. */
    of: (row: SQL): SQL =>
      built(columns.map(({ column }) => [column.name, sql`${row}.${sql.identifier(column.name)}`])),

    /** The JSON of the values in `before` that differ from those in `after`, each in an array, because it can be null. */
    differing(before: SQL, after: SQL): SQL {
      const differing = columns.map(({ column }): [string, SQL] => {
        const [was, is] = [before, after].map((row) => sql`${row}.${sql.identifier(column.name)}`);
        return [column.name, sql`case when ${was} is distinct from ${is} then json_build_array(${was}) end`];
      });
      return sql`json_strip_nulls(${built(differing)})`;
    },

    /** Reads the JSON of a row. A column that was added later is null. */
    read: (json: JsonRow): Row =>
      // An entry for each of them
      Object.fromEntries(
        columns.map(({ property, column }) => [property, parsed(column, json[column.name])]),
      ) as Row,

    /** Reads the JSON of differing values, by property. */
    readDiffering: (json: JsonRow): { property: Property; value: unknown }[] =>
      columns.flatMap(({ property, column }) => {
        const value = json[column.name];
        return Array.isArray(value) ? [{ property, value: parsed(column, value[0]) }] : [];
      }),
  };
}

const built = (entries: readonly [name: string, value: SQL][]): SQL =>
  sql`json_build_object(${sql.join(
    entries.map(([name, value]) => sql`${sql.raw(`'${name}'`)}, ${value}`),
    sql`, `,
  )})`;
