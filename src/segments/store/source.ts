import { and, asc, desc, eq, type Placeholder, type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import type { Database } from '../../database/connect.ts';
import type { BatchColumn, BatchColumns, ColumnType } from '../../database/sql/unnest.ts';
import { criteriaDigest, segments } from '../../database/tables/segments.ts';
import type { Access, Index, PageAccess } from './access.ts';
import { IDS, type Range } from './range.ts';

/** The table, or a subquery on it. */
type Rows = Record<'id' | 'name' | 'criteria' | 'updatedAt', AnyPgColumn>;

/** The value by which each index is ordered before the id, and its type. */
const VALUES: Record<Index, { of(rows: Rows): SQL | null; type: ColumnType }> = {
  CREATED_AT: { of: () => null, type: 'text' },
  UPDATED_AT: { of: ({ updatedAt }) => sql`${updatedAt}`, type: 'timestamptz' },
  NAME: { of: ({ name }) => sql`${name}`, type: 'text' },
  CRITERIA: { of: ({ criteria }) => criteriaDigest(criteria), type: 'text' },
};

const keyOf = (index: Index, rows: Rows): SQL[] => {
  const value = VALUES[index].of(rows);
  return value ? [value, sql`${rows.id}`] : [sql`${rows.id}`];
};

/** The order of an index. It is complete even if only one value is read, so that no other index provides the same order. */
export const inOrder = (index: Index, ascending: boolean, rows: Rows = segments): SQL[] =>
  keyOf(index, rows).map(ascending ? asc : desc);

/** The columns of a batch that an access needs. All calls of a batch have the same conditions, with different values. */
export function columnsOfAccess({ sought, field, range, conditions }: Access): BatchColumns<Access> {
  const { type } = VALUES[field];
  const endOf = (name: keyof Range): BatchColumns<Access> => ({
    [`${name}_id`]: { type: 'text', of: (call) => call.range[name]?.id },
    ...(field !== 'CREATED_AT' && { [`${name}_value`]: { type, of: (call) => call.range[name]?.value } }),
  });
  return {
    ...(sought && { sought: { type: 'text', of: (call) => call.sought?.text } }),
    ...(range.low && endOf('low')),
    ...(range.high && endOf('high')),
    ...Object.fromEntries(conditions.map(({ name, type }, i) => [name, conditionAt(i, type)])),
  };
}

const conditionAt = (i: number, type: ColumnType): BatchColumn<Access> => ({
  type,
  of: (call) => call.conditions[i]?.value,
});

const WANTED = {
  account: sql`wanted.account_id`,
  sought: sql`wanted.sought`,
  low: { id: sql`wanted.low_id`, value: sql`wanted.low_value` },
  high: { id: sql`wanted.high_id`, value: sql`wanted.high_value` },
};

/** The values that are looked up, as a table of one column. They are sent as JSON, because `unnest` flattens an array of arrays. */
export const EACH = sql`jsonb_array_elements_text(${WANTED.sought}::jsonb) as each (value)`;

/** Matches the rows that a call wants: one of `wanted`, the batch, and of `each`, if several values are looked up. */
export const isWanted = (access: Access): SQL | undefined =>
  and(
    eq(segments.accountId, WANTED.account),
    ...(access.sought ? lookedUp(access, access.sought.kind) : withinRange(access)),
    ...access.conditions.map(({ name, holds }) => holds(sql`wanted.${sql.identifier(name)}`)),
  );

/**
 * These rows in the order of the index, so that Postgres reads them from this index; at most `size`, or all. Postgres plans a subquery
 * with an order separately.
 */
export function rowsOf(db: Database, access: PageAccess, size?: SQL) {
  const rows = db
    .select()
    .from(segments)
    .where(isWanted(access))
    .orderBy(...inOrder(access.index, access.ascending));
  return size ? rows.limit(asNumber(size)) : rows;
}

/** Drizzle accepts any SQL here, although its type does not say so. */
export const asNumber = (number: SQL) => number as unknown as Placeholder;

/** Matches a range of an order. Row comparisons bound the scan; `a < x or (a = x and id < y)` would filter every row before it. */
export function withinRange({ field, range: { low, high } }: Access, rows: Rows = segments): SQL[] {
  const key = sql.join(keyOf(field, rows), sql`, `);
  const endOf = ({ id, value }: (typeof WANTED)['low']) =>
    field === 'CREATED_AT' ? id : sql`${value}, ${id}`;
  return [
    ...(low ? [sql`(${key}) ${sql.raw(low.included ? '>=' : '>')} (${endOf(WANTED.low)})`] : []),
    ...(high ? [sql`(${key}) ${sql.raw(high.included ? '<=' : '<')} (${endOf(WANTED.high)})`] : []),
  ];
}

/** Matches the rows of one value. It is written as a range, because with `=`, Postgres could read another index. */
function lookedUp({ index, field, range: { low, high } }: Access, kind: 'one' | 'each'): SQL[] {
  const value = kind === 'one' ? WANTED.sought : sql`each.value`;
  const key = sql.join(keyOf(index, segments), sql`, `);
  const place = index === 'CRITERIA' ? criteriaDigest(value) : value;
  const isOfIds = field === 'CREATED_AT';
  const from = isOfIds && low ? WANTED.low.id : sql.raw(`'${IDS.low}'`);
  const until = isOfIds && high ? WANTED.high.id : sql.raw(`'${IDS.high}'`);
  return [
    sql`(${key}) ${sql.raw(isOfIds && low?.included ? '>=' : '>')} (${place}, ${from})`,
    sql`(${key}) ${sql.raw(isOfIds && high?.included ? '<=' : '<')} (${place}, ${until})`,
    ...(index === 'CRITERIA' ? [sql`${segments.criteria} = ${value}`] : []),
  ];
}
