import type pg from 'pg';
import { WrongConfig } from '../wrong-config.ts';

type Session = Pick<pg.Client | pg.Pool, 'query'>;

/** Throws WrongConfig, with one line, unless the database can store any character. */
export async function requireUtf8(session: Session): Promise<void> {
  const { rows } = await session.query<{ server_encoding: string }>('show server_encoding');
  const encoding = rows[0]?.server_encoding;
  if (encoding === 'UTF8') return;
  throw new WrongConfig(
    `DATABASE_URL must name a database with the encoding UTF8; it has ${encoding}. Create another one: CREATE DATABASE segments ENCODING 'UTF8' TEMPLATE template0.`,
  );
}

/**
 * Whether the locale of the database converts between upper and lower case beyond ASCII. C and POSIX of the system's C library do
 * not. This is tested with an example, because the versions of Postgres store the locale in different places. Returns true if
 * the query fails: a start should not fail because of a warning.
 */
export async function foldsCase(session: Session): Promise<boolean> {
  const unknown = { rows: [] };
  const { rows } = await session
    .query<{ folds: boolean }>(`select upper('ä') = 'Ä' as folds`)
    .catch(() => unknown);
  return rows[0]?.folds ?? true;
}
