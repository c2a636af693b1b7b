import { type SQL, sql } from 'drizzle-orm';

export type ColumnType = 'text' | 'int' | 'bigint' | 'bool' | 'timestamptz';

/** A column of a batch, and how to get its value from a call. */
export interface BatchColumn<Call> {
  type: ColumnType;
  of: (call: Call) => string | number | boolean | null | undefined;
}

export type BatchColumns<Call> = Readonly<Record<string, BatchColumn<Call>>>;

/** A batch of calls as a table. */
export interface Batch<Call> {
  /** The SQL: `unnest($1::text[], …) as {name} (column, …)`. */
  table: SQL;
  /** Returns the values of the placeholders for these calls. */
  fill(calls: readonly Call[]): Record<string, unknown[]>;
}

/**
 * Represents a batch of calls as a table with one row per call. Each column is a placeholder for an array with the values of
 * all calls. The definition of a column includes its value, so no value can be forgotten. If `numbered`, the table also has a
 * column `n`, which is 1 for the first call.
 */
export function unnest<Call>(
  name: string,
  columns: BatchColumns<Call>,
  { numbered = false } = {},
): Batch<Call> {
  const entries = Object.entries(columns);
  const arrays = entries.map(([column, { type }]) => sql`${sql.placeholder(column)}::${sql.raw(type)}[]`);
  const names = [...Object.keys(columns), ...(numbered ? ['n'] : [])].map((column) => sql.identifier(column));
  const ordinality = sql.raw(numbered ? 'with ordinality' : '');
  return {
    table: sql`unnest(${sql.join(arrays, sql`, `)}) ${ordinality} as ${sql.identifier(name)} (${sql.join(names, sql`, `)})`,
    fill: (calls) =>
      Object.fromEntries(entries.map(([column, { of }]) => [column, calls.map((call) => of(call))])),
  };
}
