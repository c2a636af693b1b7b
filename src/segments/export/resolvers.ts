import { z } from 'zod';
import { reviewing } from '../../accounts/review.ts';
import { requireScope, type Scope, type Viewer } from '../../accounts/viewer.ts';
import { cursorOf } from '../../events/event.ts';
import { untilReady } from '../../fairness/stream-readiness.ts';
import type { Transfers } from '../../fairness/transfers.ts';
import { type Call, resolver, shownOf } from '../../resolver.ts';
import type { Segment } from '../segment.ts';
import { type Filter, SegmentFilter } from '../segment-list.ts';
import type { SegmentStore } from '../store.ts';
import type { SegmentExport } from './segment-export.ts';

interface Context extends Call {
  segments: SegmentStore;
  exports: Transfers;
  identify(): Promise<Viewer | null>;
  leavePlace(): void;
  onGone(listener: () => void): void;
}

export const ExportSegments = z.strictObject({ filter: SegmentFilter.nullish() });

/**
 * Begins an export of all segments of the account that match a filter, and returns it. Its pages throw UNAVAILABLE, TIMEOUT after ten
 * minutes, and UNAUTHENTICATED if the token has ended. Throws RATE_LIMITED and UNAVAILABLE if too many exports are in progress.
 */
export const exportSegments = resolver({
  name: 'exportSegments',
  scope: 'segments:read',
  input: ExportSegments,
  run: async ({ filter }, context: Context, viewer): Promise<SegmentExport> => {
    if (filter?.member != null) requireScope(context, 'members:read');
    let headCursor = '';
    const pages = read(context, viewer, filter ?? {}, (head) => {
      headCursor = cursorOf(head);
    });
    // The first page is empty. A generator that has not started would not give anything back when it is told to return.
    await pages.next();
    return { headCursor, pages };
  },
});

async function* read(
  context: Context,
  viewer: Viewer,
  filter: Filter,
  onHead: (head: number) => void,
): AsyncGenerator<readonly Segment[]> {
  const { accountId } = viewer;
  const gone = new AbortController();
  const scopes: Scope[] = ['segments:read', ...(filter.member == null ? [] : ['members:read' as const])];
  const review = reviewing(context, viewer, { scopes, message: 'The token of this export has ended.' });
  const end = context.exports.begin(accountId);
  try {
    context.onGone(() => {
      gone.abort();
      end();
    });
    context.leavePlace();
    const { signal } = gone;
    for await (const { head, segments } of context.segments.export({
      accountId,
      filter,
      signal,
      loop: context.loop,
    })) {
      onHead(head);
      yield segments;
      await review();
      await untilReady(context.loop);
    }
  } catch (error) {
    throw shownOf(error, context.requestId);
  } finally {
    end();
  }
}
