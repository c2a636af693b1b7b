import type pg from 'pg';
import { WrongConfig } from '../wrong-config.ts';

type Session = Pick<pg.Client | pg.Pool, 'query'>;

/** Makes sure that the database can store any character. Throws WrongConfig, with one line. */
export async function requireUtf8(session: Session): Promise<void> {
  const { rows } = await session.query<{ server_encoding: string }>('show server_encoding');
  const encoding = rows[0]?.server_encoding;
  if (encoding === 'UTF8') return;
  throw new WrongConfig(
    `DATABASE_URL must name a database whose encoding is UTF8; this one's is ${encoding}. Create another: CREATE DATABASE segments ENCODING 'UTF8' TEMPLATE template0.`,
  );
}

/**
 * Whether the locale of the database knows capital and small letters beyond ASCII. C and POSIX of the system's C library do
 * not. Asked by example: where a locale is kept differs between the versions of Postgres. True where it cannot be asked: no
 * start should fail for the sake of a warning.
 */
export async function foldsCase(session: Session): Promise<boolean> {
  const unknown = { rows: [] };
  const { rows } = await session
    .query<{ folds: boolean }>(`select upper('ä') = 'Ä' as folds`)
    .catch(() => unknown);
  return rows[0]?.folds ?? true;
}
