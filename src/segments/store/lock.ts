import { type SQL, sql } from 'drizzle-orm';
import { segments } from '../../database/tables.ts';

/**
 * The rows of a batch that are there, locked in the order of their keys: two processes that change the same
 * rows wait for each other instead of dying in a deadlock. Each has the version that it is held at.
 */
export const locked = (wanted: SQL, strength: 'update' | 'no key update'): SQL => sql`(
  select wanted.*, held.version as held_version from ${wanted} inner join ${segments} as held
    on (held.account_id, held.id) = (wanted.account_id, wanted.id)
  order by held.account_id, held.id for ${sql.raw(strength)} of held
) as wanted`;

/** The versions that a change expects, as a column of its batch: null where any will do. */
export const expectedOf = ({ expectedVersion }: Expecting): string | null =>
  expectedVersion === undefined || expectedVersion === null ? null : [expectedVersion].flat().join(' ');

/** What a change may expect of its row: a version, or one of several. */
export interface Expecting {
  expectedVersion?: number | number[] | null | undefined;
}

/** That the row is held at a version that was expected. */
export const isExpected = sql`(wanted.expected is null or wanted.held_version = any(string_to_array(wanted.expected, ' ')::int[]))`;
