import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Values } from '../statement.ts';
import { kindOf } from './column-kind.ts';
import { rowReader } from './row-reader.ts';
import type { BatchColumn, BatchColumns } from './unnest.ts';

/** The values of a new row. Nullable properties can be omitted. */
type Given<Row> = { [Each in keyof Row as null extends Row[Each] ? never : Each]: Row[Each] } & {
  [Each in keyof Row as null extends Row[Each] ? Each : never]?: Row[Each] | undefined;
};

/** The changes to a row. */
type Changed<Row> = { [Each in keyof Row]?: Row[Each] | undefined };

/** Builds the parts of statements on a table from its definition. A read can omit the `optional` columns. */
export function columnsOf<Table extends PgTable, Optional extends keyof Table['$inferSelect'] & string>(
  table: Table,
  optional: readonly Optional[],
) {
  type Row = Table['$inferSelect'];
  type Property = keyof Row & string;
  const columns = getTableColumns(table) as Record<Property, AnyPgColumn>; // Drizzle infers the rows from these
  const properties = Object.keys(columns) as Property[];
  // Optional columns are last, so that the positions of the others do not depend on what is omitted.
  const order = [...properties.filter((each) => !includes(optional, each)), ...optional];
  const selected = (omitted: readonly Optional[]) => order.filter((each) => !includes(omitted, each));

  return {
    /** The columns to select, from the table or a subquery on it. */
    select: (from: Readonly<Record<Property, AnyPgColumn>>, omitted: readonly Optional[] = []) =>
      Object.fromEntries(
        selected(omitted).map((each) => [each, kindOf(columns[each]).select?.(from[each]) ?? from[each]]),
      ),

    /**
     * Reads rows of the columns that `select` returns, of which there are `width`. An omitted property is undefined, although
     * its type says otherwise.
     */
    reader(omitted: readonly Optional[] = []): { read: (values: Values) => Row; width: number } {
      const positions = new Map(selected(omitted).map((each, i) => [each, i]));
      const fields = properties.map((property) => ({
        property,
        position: positions.get(property),
        read: readerOf(columns[property]),
      }));
      return { read: rowReader<Row>(fields), width: positions.size };
    },

    /** The columns of a batch for these properties. */
    batch: <Some extends Property>(...some: readonly Some[]): BatchColumns<Given<Pick<Row, Some>>> =>
      batchColumns(columns, some),

    /**
     * The parts of an insertion: the columns of a batch for the given properties, the names of all columns of the table, and
     * their values under these names. Every property that is not given needs an expression in `stated`.
     */
    insertion<Some extends Property>(
      given: readonly Some[],
      stated: Partial<Record<Property, SQL>> & Record<Exclude<Property, Some>, SQL>,
    ) {
      const drafted: BatchColumns<Given<Pick<Row, Some>>> = batchColumns(columns, given);
      const names = properties.map((each) => sql.identifier(columns[each].name));
      const values = properties.map((each, i) => stated[each] ?? sql`${names[i]}`);
      const named = names.map((name, i) => sql`${values[i]} as ${name}`);
      return { columns: drafted, names: sql.join(names, sql`, `), values: sql.join(named, sql`, `) };
    },

    /** The columns of a batch of changes, and the assignments of an update. Omitted properties stay as they are. */
    changes<Some extends Property>(some: readonly Some[], batch: string) {
      const nullable = some.filter((each) => !columns[each].notNull);
      const flags = Object.fromEntries(nullable.map((each) => [flagOf(columns[each]), isGiven<Some>(each)]));
      const set = some.map((each) => [each, changed(columns[each], batch)]);
      const given: BatchColumns<Changed<Pick<Row, Some>>> = {
        ...batchColumns<Some>(columns, some),
        ...flags,
      };
      return { columns: given, set: Object.fromEntries(set) as Record<Some, SQL> }; // an entry for each of them
    },

    /** Returns these properties of a new row. Omitted properties are null. */
    pick<Some extends Property>(some: readonly Some[], given: Given<Pick<Row, Some>>) {
      const values: Partial<Record<Property, unknown>> = given;
      return Object.fromEntries(some.map((each) => [each, values[each] ?? null])) as Pick<Row, Some>; // likewise
    },
  };
}

/** A call that may have these properties. */
type Call<Property extends string> = Readonly<Partial<Record<Property, unknown>>>;

const batchColumns = <Property extends string>(
  columns: Readonly<Record<Property, AnyPgColumn>>,
  some: readonly Property[],
): BatchColumns<Call<Property>> =>
  Object.fromEntries(some.map((each) => [columns[each].name, batchColumn(columns[each], each)]));

function batchColumn<Property extends string>(
  column: AnyPgColumn,
  property: Property,
): BatchColumn<Call<Property>> {
  const { type, write } = kindOf(column);
  return { type, of: (call) => write(call[property] ?? null) };
}

/** The name of the column that distinguishes a property that is null from one that is omitted. */
const flagOf = ({ name }: AnyPgColumn): string => `${name}_is_given`;

const isGiven = <Property extends string>(property: Property): BatchColumn<Call<Property>> => ({
  type: 'bool',
  of: (call) => call[property] !== undefined,
});

function changed(column: AnyPgColumn, batch: string): SQL {
  const wanted = (name: string) => sql`${sql.raw(batch)}.${sql.identifier(name)}`;
  const value = wanted(column.name);
  if (column.notNull) return sql`coalesce(${value}, ${column})`;
  return sql`case when ${wanted(flagOf(column))} then ${value} else ${column} end`;
}

function readerOf(column: AnyPgColumn): (value: unknown) => unknown {
  const { read } = kindOf(column);
  return column.notNull ? read : (value) => (value === null ? null : read(value));
}

const includes = (some: readonly string[], each: string): boolean => some.includes(each);
