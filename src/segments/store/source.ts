import { and, asc, desc, eq, getTableColumns, type Placeholder, type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import type { Database } from '../../database/connect.ts';
import type { BatchColumn, BatchColumns, ColumnType } from '../../database/sql/unnest.ts';
import { members, memberships } from '../../database/tables/members.ts';
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
  MEMBER: { of: () => sql`member.customer_id`, type: 'text' },
};

const keyOf = (index: Index, rows: Rows): SQL[] => {
  const value = VALUES[index].of(rows);
  if (index === 'MEMBER' && value) return [value, sql`member.segment_id`];
  return value ? [value, sql`${rows.id}`] : [sql`${rows.id}`];
};

/** The members of all segments, after FROM. */
export const MEMBERS = sql`(${members} as member inner join ${memberships} as membership
  on (membership.account_id, membership.segment_id, membership.generation)
    = (member.account_id, member.segment_id, member.generation))`;
const OF_MEMBER = sql`(${segments.accountId}, ${segments.id}) = (member.account_id, member.segment_id)`;

/** The segments, and what has to be joined with them, after FROM. */
export const tablesOf = ({ index }: Access): SQL =>
  index === 'MEMBER' ? sql`${segments} inner join ${MEMBERS} on ${OF_MEMBER}` : sql`${segments}`;

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
  const all = db.select(getTableColumns(segments)).from(segments).$dynamic();
  const joined = access.index === 'MEMBER' ? all.innerJoin(MEMBERS, OF_MEMBER) : all;
  const rows = joined.where(isWanted(access)).orderBy(...inOrder(access.index, access.ascending));
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

/** Matches the members that a call wants: those of one customer, in a range of their segments. */
export const isWantedMember = ({ range }: Access): SQL | undefined => and(...memberOf(WANTED.sought, range));

const memberOf = (value: SQL, { low, high }: Partial<Range>): SQL[] => [
  sql`member.account_id = ${WANTED.account}`,
  sql`member.customer_id = ${value}`,
  ...(low ? [sql`member.segment_id ${sql.raw(low.included ? '>=' : '>')} ${WANTED.low.id}`] : []),
  ...(high ? [sql`member.segment_id ${sql.raw(high.included ? '<=' : '<')} ${WANTED.high.id}`] : []),
];

/** Matches the rows of one value. It is written as a range, because with `=`, Postgres could read another index. */
function lookedUp({ index, field, range: { low, high } }: Access, kind: 'one' | 'each'): SQL[] {
  const value = kind === 'one' ? WANTED.sought : sql`each.value`;
  if (index === 'MEMBER') return memberOf(value, field === 'CREATED_AT' ? { low, high } : {});
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
