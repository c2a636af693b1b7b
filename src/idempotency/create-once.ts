import { batch, type Outcome } from '../database/batch.ts';
import type { Database } from '../database/connect.ts';
import { isLockedOut } from '../database/failure.ts';
import { accountOf } from '../database/sql/key.ts';
import { IdempotencyKeyInUse } from '../errors/refusals.ts';
import { claimKeys } from './claim.ts';
import type { Creation } from './creation.ts';
import { findKeys } from './held-key.ts';
import { type Keyed, keyRowOf } from './key.ts';
import { replayed } from './recall.ts';

/**
 * Creates an entity once, however often the request is sent with its key: later requests get the first answer. A request waits
 * for a concurrent one with the same key, even in another process, up to the lock timeout. Then it throws
 * IDEMPOTENCY_KEY_IN_USE. Throws IDEMPOTENCY_KEY_REUSED if the key was used for another request.
 */
export function createOnce<Once extends Keyed, Entity>(
  db: Database,
  creation: Creation<Once, Entity>,
): (once: Once) => Promise<Entity> {
  const claim = claimKeys(db, creation);
  const find = findKeys(db, creation);

  const create = async (wave: readonly Once[]): Promise<Outcome<Entity>[]> => {
    try {
      const claimed = await claim(wave);
      const others = wave.filter((once) => !claimed.has(keyRowOf(once)));
      const held = others.length > 0 ? await find(others) : new Map();
      return wave.map((once) => {
        if (claimed.has(keyRowOf(once))) return creation.created(once);
        return held instanceof Error ? held : replayed(creation, once, held.get(keyRowOf(once)));
      });
    } catch (error) {
      if (wave.length === 1 && isLockedOut(error)) return [new IdempotencyKeyInUse()];
      throw error;
    }
  };

  return batch<Once, Entity>(db, create, { accountOf, rowOf: keyRowOf });
}
