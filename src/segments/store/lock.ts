import { type SQL, sql } from 'drizzle-orm';
import { segments } from '../../database/tables.ts';

/**
 * The rows of a batch that are there, locked in the order of their keys: two processes that change the same
 * rows wait for each other instead of dying in a deadlock.
 */
export const locked = (wanted: SQL, strength: 'update' | 'no key update'): SQL => sql`(
  select wanted.* from ${wanted} inner join ${segments} as held
    on (held.account_id, held.id) = (wanted.account_id, wanted.id)
  order by held.account_id, held.id for ${sql.raw(strength)} of held
) as wanted`;
