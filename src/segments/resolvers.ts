import { requireScope } from '../accounts/viewer.ts';
import { cursorOf } from '../events/event.ts';
import { type Call, resolver } from '../resolver.ts';
import { CreateSegment, DeleteSegment, GetSegment, GetSegments, UpdateSegment } from './segment.ts';
import { isSegmentId } from './segment-id.ts';
import { ListSegments } from './segment-list.ts';
import { liesBehind, type SegmentPage, unreadPage } from './segment-page.ts';
import type { SegmentStore } from './store.ts';
import { create, remove, update } from './writes.ts';

interface Context extends Call {
  segments: SegmentStore;
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
  run: create,
});

/** Changes the given properties of a segment. Throws NOT_FOUND and PRECONDITION_FAILED. */
export const updateSegment = resolver({
  name: 'updateSegment',
  scope: 'segments:write',
  input: UpdateSegment,
  run: update,
});

/** Deletes a segment permanently. Returns it as it was. Throws NOT_FOUND and PRECONDITION_FAILED. */
export const deleteSegment = resolver({
  name: 'deleteSegment',
  scope: 'segments:write',
  input: DeleteSegment,
  run: remove,
});
