import { batch, type Outcome } from '../database/batch.ts';
import type { Database } from '../database/connect.ts';
import { accountOf } from '../database/sql/key.ts';
import { IdempotencyKeyInUse, IdempotencyKeyReused } from '../errors/refusals.ts';
import type { Creation } from './creation.ts';
import { findKeys, type HeldKey } from './held-key.ts';
import { type Keyed, keyRowOf } from './key.ts';

/**
 * Returns the first answer to a creation that was done before; null if its key was not used. Creates nothing. Throws
 * IDEMPOTENCY_KEY_REUSED if the key was used for another request.
 */
export function recallCreations<Once extends Keyed, Entity>(
  db: Database,
  creation: Creation<Once, Entity>,
): (once: Once) => Promise<Entity | null> {
  const find = findKeys(db, creation);
  return batch<Once, Entity | null>(
    db,
    async (calls) => {
      const keys = await find(calls);
      if (keys instanceof Error) return calls.map(() => keys);
      return calls.map((once) => {
        const held = keys.get(keyRowOf(once));
        return held ? replayed(creation, once, held) : null;
      });
    },
    { accountOf },
  );
}

/** Returns the first answer if the request is the same, otherwise the refusal. */
export function replayed<Once extends Keyed, Entity>(
  creation: Creation<Once, Entity>,
  once: Once,
  held: HeldKey | undefined,
): Outcome<Entity> {
  if (!held) return new IdempotencyKeyInUse(); // it expired between two statements
  if (held.digest !== once.digest) return new IdempotencyKeyReused();
  return creation.replayed(once, held.id);
}
