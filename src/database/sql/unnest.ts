import { type SQL, sql } from 'drizzle-orm';

export type ColumnType = 'text' | 'int' | 'bool' | 'timestamptz';

/** A column of a batch, and what a call has in it. */
export interface BatchColumn<Call> {
  type: ColumnType;
  of: (call: Call) => string | number | boolean | null | undefined;
}

export type BatchColumns<Call> = Readonly<Record<string, BatchColumn<Call>>>;

/** A batch of calls as a table. */
export interface Batch<Call> {
  /** For the statement: `unnest($1::text[], …) as {name} (column, …)`. */
  table: SQL;
  /** For each run of it: what its placeholders stand for. */
  fill(calls: readonly Call[]): Record<string, unknown[]>;
}

/**
 * A batch as a table, a row a call. Each column is a placeholder that takes the array of all calls' values; because its
 * definition also says what the values are, none can be forgotten. Numbered, the table has a column `n` too: 1 for the first
 * call, and so on.
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
