import type { Viewer } from '../accounts/viewer.ts';
import type { Key } from '../database/sql/key.ts';
import { VersionConflict } from '../errors/refusals.ts';
import { type Origin, originOf } from '../events/origin.ts';
import type { Call } from '../resolver.ts';
import type { SegmentQuota } from './quota.ts';
import { type Changes, type Created, type Draft, found, type Removal, type Segment } from './segment.ts';
import { isSegmentId } from './segment-id.ts';
import { draftDigest } from './store/create-once.ts';
import type { SegmentStore } from './store.ts';

/** What writes of segments need. */
export interface WriteContext extends Call {
  segments: SegmentStore;
  /** Announces a write to the followers of the log. */
  wrote(): void;
  quota?: SegmentQuota | undefined;
}

/** Creates a segment. Throws QUOTA_EXCEEDED, unless the same request created the segment before. */
export async function create(
  { idempotencyKey, ...draft }: Draft & { idempotencyKey?: string | null | undefined },
  context: WriteContext,
  viewer: Viewer,
): Promise<Created> {
  const { segments, quota } = context;
  const { accountId } = viewer;
  const segment = { accountId, ...segments.birth(), ...draft, ...originOf(context, viewer) };
  const once = idempotencyKey ? { ...segment, idempotencyKey, digest: draftDigest(draft) } : null;
  const insert = () => (once ? segments.createOnce(once) : segments.create(segment));
  const created = await (quota
    ? quota.within(accountId, insert, async () => once && segments.recall(once))
    : insert());
  context.wrote();
  return created;
}

/** Changes a segment. Throws NOT_FOUND and PRECONDITION_FAILED. */
export const update = (
  { id, ...changes }: Changes,
  context: WriteContext,
  viewer: Viewer,
): Promise<Segment> => changed(context, viewer, id, (key) => context.segments.update({ ...key, ...changes }));

/** Deletes a segment permanently. Returns it as it was. Throws NOT_FOUND and PRECONDITION_FAILED. */
export const remove = (
  { id, ...conditions }: Removal,
  context: WriteContext,
  viewer: Viewer,
): Promise<Segment> =>
  changed(context, viewer, id, (key) => {
    const { segments, quota } = context;
    const remove = () => segments.delete({ ...key, ...conditions });
    return quota ? quota.freeing(key.accountId, remove) : remove();
  });

/** Returns the result of a change. If nothing was changed, throws NOT_FOUND, or PRECONDITION_FAILED for another version. */
async function changed(
  { segments, requestId, wrote }: WriteContext,
  viewer: Viewer,
  id: string,
  change: (of: Key & Origin) => Promise<Segment | null>,
): Promise<Segment> {
  if (!isSegmentId(id)) return found(null, id);
  const key = { accountId: viewer.accountId, id };
  const after = await change({ ...key, ...originOf({ requestId }, viewer) });
  if (after) {
    wrote();
    return after;
  }
  const { version } = found(await segments.get({ ...key, texts: 'none' }), key.id);
  throw new VersionConflict('segment', version);
}
