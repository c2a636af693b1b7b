import { type SQL, sql } from 'drizzle-orm';

/** Which row. No statement names one without its account. */
export interface Key {
  accountId: string;
  id: string;
}

/** A text that two keys share only if they mean the same row: neither part can hold a space. */
export const rowOf = ({ accountId, id }: Key): string => `${accountId} ${id}`;

/** Whose row it is. */
export const accountOf = ({ accountId }: { accountId: string }): string => accountId;

/** Pairs rows with the keys that asked for them, by account and id; null where there is none. */
export function inOrderOf<Row extends Key>(keys: readonly Key[], rows: readonly Row[]): (Row | null)[] {
  const byKey = new Map(rows.map((row) => [rowOf(row), row]));
  return keys.map((key) => byKey.get(rowOf(key)) ?? null);
}

export type ColumnType = 'text' | 'int' | 'timestamptz';

/**
 * A batch as a table, a row a call: `unnest($1::text[], …) as {name} (column, …)`. Each column is filled at
 * execution, by a placeholder of its own name that takes the array of all calls' values. Numbered, it has
 * a column `n` too: 1 for the first call, and so on.
 */
export function unnested(
  name: string,
  columns: Readonly<Record<string, ColumnType>>,
  { numbered = false } = {},
): SQL {
  const arrays = Object.entries(columns).map(
    ([column, type]) => sql`${sql.placeholder(column)}::${sql.raw(type)}[]`,
  );
  const names = [...Object.keys(columns), ...(numbered ? ['n'] : [])].map((column) => sql.identifier(column));
  const ordinality = sql.raw(numbered ? 'with ordinality' : '');
  return sql`unnest(${sql.join(arrays, sql`, `)}) ${ordinality} as ${sql.identifier(name)} (${sql.join(names, sql`, `)})`;
}
