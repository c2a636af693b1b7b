import { sql } from 'drizzle-orm';
import type { Database } from '../../database/connect.ts';
import { idempotencyKeys } from '../../database/tables/idempotency.ts';
import { createOnce } from '../../idempotency/create-once.ts';
import type { Keyed } from '../../idempotency/key.ts';

/**
 * Claims the idempotency key of a call whose entries are created by themselves, each under a key of its own. The key of the call only
 * ensures that a retry is the same request. Throws IDEMPOTENCY_KEY_REUSED and IDEMPOTENCY_KEY_IN_USE.
 */
export function claimCall(db: Database): (call: Omit<Keyed, 'id'>) => Promise<unknown> {
  const claim = createOnce<Keyed, null>(db, {
    statements: { claim: 'claim_call', find: 'find_idempotency_keys' },
    idColumn: idempotencyKeys.segmentId,
    columns: { id: { type: 'text', of: ({ id }) => id } },
    insertFrom: (drafts) => sql`nothing as (select from ${drafts})`,
    created: () => null,
    replayed: () => null,
  });
  return (call) => claim({ ...call, id: '' });
}
