import { type SQL, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { BatchColumns } from './unnest.ts';

/**
 * Selects and locks the existing rows that a numbered batch refers to, each as `held`. Rows are locked in the order of the
 * batch, which is sorted by key, so that processes that change the same rows do not deadlock. If the statement ordered by key,
 * Postgres might read the whole index.
 */
export const locked = (table: PgTable, wanted: SQL, strength: 'update' | 'no key update'): SQL => sql`(
  select wanted.*, held from ${wanted} inner join ${table} as held
    on (held.account_id, held.id) = (wanted.account_id, wanted.id)
  order by wanted.n for ${sql.raw(strength)} of held
) as wanted`;

/** The versions of a row at which a change may be applied, and those at which it may not. */
export interface Expecting {
  expectedVersion?: number | number[] | null | undefined;
  excludedVersion?: number[] | null | undefined;
}

/** The columns of a batch for these versions. Null means any version. */
export const EXPECTING: BatchColumns<Expecting> = {
  expected: { type: 'text', of: ({ expectedVersion }) => listed(expectedVersion) },
  excluded: { type: 'text', of: ({ excludedVersion }) => listed(excludedVersion) },
};

const listed = (versions: number | number[] | null | undefined): string | null =>
  versions === undefined || versions === null ? null : [versions].flat().join(' ');

/** Matches a locked row that is at an expected version. */
export const isExpected = sql`(wanted.expected is null or (wanted.held).version = any(string_to_array(wanted.expected, ' ')::int[]))
  and (wanted.excluded is null or (wanted.held).version <> all(string_to_array(wanted.excluded, ' ')::int[]))`;
