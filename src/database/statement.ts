import { is, Placeholder, type SQL, sql } from 'drizzle-orm';
import { type AnyPgColumn, PgDialect } from 'drizzle-orm/pg-core';
import type { Lane } from './connect.ts';
import { StatementFailed } from './failure.ts';

/** A query as Drizzle builds it. */
interface Query {
  toSQL(): { sql: string; params: unknown[] };
}

const dialect = new PgDialect();

/** A statement that Drizzle's builders have no words for. */
export const statement = (text: SQL): Query => ({ toSQL: () => dialect.sqlToQuery(text) });

/** A row as it comes over the wire: its values, in the order of the columns asked for. */
export type Values = readonly unknown[];

/** A statement, run with the values of its placeholders. */
export type Run<Row> = (given: Readonly<Record<string, unknown>>) => Promise<Row[]>;

/**
 * Prepares a query and returns the function that runs it, with its placeholders filled by name. The server keeps the
 * statement under the given name; it keeps none if the name is empty or the lane has no sessions.
 * Drizzle writes the SQL; the rows are decoded here, because Drizzle looks up what each value of each row is
 * anew: that was a fifth of what a list of ten cost. Throws StatementFailed, or a TypeError if a placeholder has no value.
 */
export function prepare<Row>(
  { $client: pool, hasSessions }: Pick<Lane, '$client' | 'hasSessions'>,
  name: string,
  query: Query,
  decode: (values: Values) => Row,
): Run<Row> {
  const { sql: text, params } = query.toSQL();
  const names = params.map((param) => (is(param, Placeholder) ? param.name : null));
  const config = { ...(name && hasSessions && { name }), text, rowMode: 'array' as const };

  return async (given) => {
    const values = names.map((name, i) => (name === null ? params[i] : filled(given, name)));
    const { rows } = await pool.query<unknown[]>(config, values).catch((cause: unknown) => {
      throw new StatementFailed(cause);
    });
    return rows.map(decode);
  };
}

/** Returns the value of a placeholder. Throws if there is none, because a misspelt name would otherwise become null. */
function filled(given: Readonly<Record<string, unknown>>, name: string): unknown {
  const value = given[name];
  if (value === undefined) throw new TypeError(`The placeholder "${name}" is given no value.`);
  return value;
}

/** A moment as a number, which is read ten times faster than a text. */
export const milliseconds = (moment: AnyPgColumn | SQL): SQL<number> =>
  sql<number>`date_part('epoch', ${moment}) * 1000`;

/** The moment that `milliseconds` asked for. Postgres counts in seconds: the last digit needs rounding. */
export const momentOf = (value: unknown): Date => new Date(Math.round(Number(value)));
