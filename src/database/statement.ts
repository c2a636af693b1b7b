import { is, Placeholder, type SQL, sql } from 'drizzle-orm';
import { type AnyPgColumn, PgDialect } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import type { Tracing } from '../tracing.ts';
import { StatementFailed } from './failure.ts';

/** A query as Drizzle builds it. */
interface Query {
  toSQL(): { sql: string; params: unknown[] };
}

const dialect = new PgDialect();

/** A statement that Drizzle's query builders cannot express. */
export const statement = (text: SQL): Query => ({ toSQL: () => dialect.sqlToQuery(text) });

/** A row as it is received: its values, in the order of the selected columns. */
export type Values = readonly unknown[];

/** Runs a statement with the values of its placeholders. */
export type Run<Row> = (given: Readonly<Record<string, unknown>>) => Promise<Row[]>;

/** What statements are sent to: the pool of a lane, or the connection of a transaction. */
interface Sender {
  $client: { query: pg.Pool['query'] };
  hasSessions: boolean;
  tracing?: Tracing | undefined;
}

/**
 * Prepares a query and returns the function that runs it, with its placeholders filled by name. The server keeps the
 * statement under the given name; it keeps none if the name is empty or the lane has no sessions. Drizzle writes the SQL, but does
 * not decode the rows, because it looks up the type of every value of every row again (see docs/decisions/columns.md). The function
 * throws StatementFailed, or a TypeError if a placeholder has no value.
 */
export function prepare<Row>(
  { $client: pool, hasSessions, tracing }: Sender,
  name: string,
  query: Query,
  decode: (values: Values) => Row,
): Run<Row> {
  const { sql: text, params } = query.toSQL();
  const names = params.map((param) => (is(param, Placeholder) ? param.name : null));
  const config = { ...(name && hasSessions && { name }), text, rowMode: 'array' as const };

  return async (given) => {
    const values = names.map((name, i) => (name === null ? params[i] : filled(given, name)));
    const send = () => pool.query<unknown[]>(config, values);
    const { rows } = await (tracing ? tracing.statement(name, send) : send()).catch((cause: unknown) => {
      throw new StatementFailed(cause);
    });
    return rows.map(decode);
  };
}

/** Returns the value of a placeholder. Throws if there is none, because a misspelt name would otherwise become null. */
function filled(given: Readonly<Record<string, unknown>>, name: string): unknown {
  const value = given[name];
  if (value === undefined) throw new TypeError(`The placeholder "${name}" has no value.`);
  return value;
}

/** Selects a time as a number of milliseconds since 1970, which is decoded faster than a text. */
export const milliseconds = (moment: AnyPgColumn | SQL): SQL<number> =>
  sql<number>`date_part('epoch', ${moment}) * 1000`;

/** Reads a time that `milliseconds` selected. Postgres calculates in seconds, so the result has to be rounded. */
export const momentOf = (value: unknown): Date => new Date(Math.round(Number(value)));
