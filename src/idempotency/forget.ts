import { sql } from 'drizzle-orm';
import type { Database } from '../database/connect.ts';
import { deleteOld } from '../database/delete-old.ts';
import { idempotencyKeys } from '../database/tables/idempotency.ts';
import { KEPT } from './key.ts';

/** Returns a function that deletes expired keys, as `deleteOld` does. */
export const forgetIdempotencyKeys = (db: Database) =>
  deleteOld(db, { at: idempotencyKeys.createdAt, end: sql`now() - ${KEPT}` });
