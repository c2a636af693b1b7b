import type { Key } from '../../database/sql/key.ts';
import type { BatchColumns } from '../../database/sql/unnest.ts';

/** The columns of a batch that contain the account and the id of each endpoint. */
export const KEY: BatchColumns<Key> = {
  account_id: { type: 'text', of: ({ accountId }) => accountId },
  id: { type: 'text', of: ({ id }) => id },
};
