import { requireScope, type Viewer } from '../accounts/viewer.ts';
import type { Key } from '../database/sql/key.ts';
import { NotFound, VersionConflict } from '../errors/refusals.ts';
import { cursorOf } from '../events/event.ts';
import { type Origin, originOf } from '../events/origin.ts';
import { type Call, resolver } from '../resolver.ts';
import type { SegmentQuota } from './quota.ts';
import {
  type Created,
  CreateSegment,
  DeleteSegment,
  GetSegment,
  GetSegments,
  type Segment,
  UpdateSegment,
} from './segment.ts';
import { isSegmentId } from './segment-id.ts';
import { ListSegments } from './segment-list.ts';
import { liesBehind, type SegmentPage, unreadPage } from './segment-page.ts';
import { draftDigest } from './store/create-once.ts';
import type { SegmentStore } from './store.ts';

interface Context extends Call {
  segments: SegmentStore;
  /** Announces a write to the followers of the log. */
  wrote(): void;
  quota?: SegmentQuota | undefined;
}

/** Returns the segment, or null if the account has none with this id. */
export const getSegment = resolver({
  name: 'getSegment',
  scope: 'segments:read',
  input: GetSegment,
  run: ({ id, texts }, { segments }: Context, { accountId }) =>
    isSegmentId(id) ? segments.get({ accountId, id, texts }) : null,
});

/** Returns the segment of each id, in the order of the ids; null where the account has none. */
export const getSegments = resolver({
  name: 'getSegments',
  scope: 'segments:read',
  input: GetSegments,
  run: ({ ids, texts }, { segments }: Context, { accountId }) =>
    // A malformed id is replaced by the empty one, which no segment has.
    segments.getMany({ accountId, texts, ids: ids.map((id) => (isSegmentId(id) ? id : '')) }),
});

/**
 * Returns a page of the account's segments. In the direction of paging, `hasNext` (or `hasPrevious`) only considers segments
 * between the two cursors, so that paging from one to the other ends. In the other direction, it says whether there are segments at
 * or before the cursor where the page starts. This is only queried when it is called.
 */
export const listSegments = resolver({
  name: 'listSegments',
  scope: 'segments:read',
  input: ListSegments,
  run: async ({ tail, isRead, ...window }, context: Context, { accountId }): Promise<SegmentPage> => {
    if (window.filter.member != null) requireScope(context, 'members:read');
    const { segments: store } = context;
    const { order, backward } = window;
    const count = () => store.count({ accountId, filter: window.filter });
    if (!isRead) return unreadPage(order, count);
    const { segments, hasMore, head } = await store.list({ accountId, ...window });
    const page = { order, segments, count, ...(head !== undefined && { headCursor: cursorOf(head) }) };
    const hasAhead = async () => hasMore;
    if (tail !== null) {
      const isCut = segments.length > tail;
      return { ...page, segments: segments.slice(-tail), hasNext: hasAhead, hasPrevious: async () => isCut };
    }
    const hasBehind = () => liesBehind(store, accountId, window, segments);
    return backward
      ? { ...page, hasNext: hasBehind, hasPrevious: hasAhead }
      : { ...page, hasNext: hasAhead, hasPrevious: hasBehind };
  },
});

/** Creates a segment. Throws QUOTA_EXCEEDED, unless the same request created the segment before. */
export const createSegment = resolver({
  name: 'createSegment',
  scope: 'segments:write',
  input: CreateSegment,
  run: async ({ idempotencyKey, ...draft }, context: Context, viewer): Promise<Created> => {
    const { segments, quota } = context;
    const { accountId } = viewer;
    const segment = { accountId, ...segments.birth(), ...draft, ...originOf(context, viewer) };
    const once = idempotencyKey ? { ...segment, idempotencyKey, digest: draftDigest(draft) } : null;
    const create = () => (once ? segments.createOnce(once) : segments.create(segment));
    const created = await (quota
      ? quota.within(accountId, create, async () => once && segments.recall(once))
      : create());
    context.wrote();
    return created;
  },
});

export const updateSegment = resolver({
  name: 'updateSegment',
  scope: 'segments:write',
  input: UpdateSegment,
  run: async ({ id, ...changes }, context: Context, viewer) =>
    changed(context, viewer, id, (key) => context.segments.update({ ...key, ...changes })),
});

/** Deletes a segment permanently. Returns it as it was. */
export const deleteSegment = resolver({
  name: 'deleteSegment',
  scope: 'segments:write',
  input: DeleteSegment,
  run: ({ id, ...conditions }, context: Context, viewer) =>
    changed(context, viewer, id, (key) => {
      const { segments, quota } = context;
      const remove = () => segments.delete({ ...key, ...conditions });
      return quota ? quota.freeing(key.accountId, remove) : remove();
    }),
});

/** Returns a segment that was found. Throws NOT_FOUND if it is null. */
export function found(segment: Segment | null, id: string): Segment {
  if (segment) return segment;
  throw new NotFound('segment', id);
}

/** Returns the result of a change. If nothing was changed, throws NOT_FOUND, or PRECONDITION_FAILED for another version. */
async function changed(
  { segments, requestId, wrote }: Context,
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
