import type { Database } from '../database/connect.ts';
import { claimEndpoints } from './queue/claim.ts';
import { deliveryLag } from './queue/lag.ts';
import { settleEndpoints } from './queue/settle.ts';

export type Queue = ReturnType<typeof webhookQueue>;

/** The webhook endpoints as a queue of work, which the workers of all processes share. Its statements have a lane of their own. */
export const webhookQueue = (db: Database) => ({
  claim: claimEndpoints(db),
  settle: settleEndpoints(db),
  lag: deliveryLag(db),
});
