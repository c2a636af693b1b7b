import { type SQL, sql } from 'drizzle-orm';
import type pg from 'pg';
import type { Lane } from './connect.ts';
import { StatementFailed } from './failure.ts';
import { prepare, statement, type Values } from './statement.ts';

/**
 * Sends a statement of a transaction and reads its rows. Its values are in it, or are those of its placeholders. Throws
 * StatementFailed.
 */
export type Send = <Row>(
  query: SQL,
  decode: (values: Values) => Row,
  given?: Readonly<Record<string, unknown>>,
) => Promise<Row[]>;

interface Options {
  /** The statement that begins it. */
  begin: SQL;
  /** They end with the transaction, so a pooler can give its session to another caller afterwards. */
  settings: Readonly<Record<string, string>>;
}

/**
 * Begins a transaction on a connection of its own. The caller releases the connection. Throws StatementFailed if the transaction
 * cannot be begun.
 */
export async function beginTransaction(
  { $client: pool, tracing }: Lane,
  { begin, settings }: Options,
): Promise<{ client: pg.PoolClient; send: Send }> {
  const client = await pool.connect().catch((cause: unknown) => {
    throw new StatementFailed(cause);
  });
  const send: Send = (query, decode, given = {}) =>
    prepare({ $client: client, hasSessions: false, tracing }, '', statement(query), decode)(given);
  try {
    await send(begin, nothing);
    const all = Object.entries(settings).map(([name, value]) => sql`set_config(${name}, ${value}, true)`);
    await send(sql`select ${sql.join(all, sql`, `)}`, nothing);
    return { client, send };
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/** Reads nothing of the rows. */
export const nothing = () => null;
