import type { SQL } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import type { BatchColumns } from '../database/sql/unnest.ts';
import type { Keyed } from './key.ts';

/** How one kind of entity is created under idempotency keys. */
export interface Creation<Once extends Keyed, Entity> {
  /** The names of the prepared statements. */
  statements: { claim: string; find: string };
  /** The column of `idempotency_keys` that contains the id of the created entity. */
  idColumn: AnyPgColumn;
  /** The columns of the batch `drafts` that the insertion needs, including `id`. */
  columns: BatchColumns<Once>;
  /** Returns the statement that inserts the entities. `drafts` follows its FROM and selects the drafts to insert. */
  insertFrom(drafts: SQL): SQL;
  /** Returns the answer to a request that created an entity. */
  created(once: Once): Entity;
  /** Returns the same answer for a later request. `id` is that of the entity that was created. */
  replayed(once: Once, id: string): Entity;
}
