import { hash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { accountOf } from '../database/sql/key.ts';
import type { BatchColumns } from '../database/sql/unnest.ts';

/** A creation that is sent with an idempotency key. */
export interface Keyed {
  accountId: string;
  idempotencyKey: string;
  /** The digest of the request. The same key with another digest is refused. */
  digest: string;
  /** The id that the new entity gets if the key was not used before. */
  id: string;
}

/** How long a key is kept. */
export const KEPT = sql`interval '24 hours'`;

/** The columns of a batch that say which keys it is about. */
export const KEY_COLUMNS: BatchColumns<Keyed> = {
  account_id: { type: 'text', of: accountOf },
  key: { type: 'text', of: ({ idempotencyKey }) => idempotencyKey },
};

/** Returns a text that two creations share only if they have the same key, because the id of an account contains no space. */
export const keyRowOf = ({ accountId, idempotencyKey }: Pick<Keyed, 'accountId' | 'idempotencyKey'>) =>
  `${accountId} ${idempotencyKey}`;

/**
 * Returns the digest of a request with these values. Nulls at the end are ignored, so a nullable property can be added at the
 * end without changing the digests of existing keys.
 */
export function requestDigest(values: readonly unknown[]): string {
  const given = values.slice(0, values.findLastIndex((value) => value !== null) + 1);
  return hash('sha256', JSON.stringify(given));
}
