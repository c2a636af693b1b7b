import type { Viewer } from '../accounts/viewer.ts';
import type { BatchColumns } from '../database/sql/unnest.ts';
import type { Call } from '../resolver.ts';

/** The request and the caller of a write, as its event shows them. */
export interface Origin {
  requestId: string;
  actor: Viewer['actor'];
}

/** Returns the origin of the writes of a call. */
export const originOf = ({ requestId }: Pick<Call, 'requestId'>, { actor }: Viewer): Origin => ({
  requestId,
  actor,
});

/** The columns of a batch of writes that contain their origins. `appendEvents` needs them. */
export const ORIGIN: BatchColumns<Origin> = {
  request_id: { type: 'text', of: ({ requestId }) => requestId },
  actor: { type: 'text', of: ({ actor }) => JSON.stringify(actor) },
};
