import { z } from 'zod';
import { NotFound } from '../errors/refusals.ts';
import { ListEvents, MAX_PAGE_BYTES } from '../events/event-list.ts';
import type { EventPage } from '../events/event-page.ts';
import { pageOf } from '../events/resolvers.ts';
import type { EventStore } from '../events/store.ts';
import { type Call, resolver } from '../resolver.ts';
import { aString } from '../values/text.ts';
import { isSegmentId } from './segment-id.ts';
import type { SegmentStore } from './store.ts';

interface Context extends Call {
  segments: SegmentStore;
  events: EventStore;
}

/**
 * Returns a page of the events of one segment, oldest first, even after the segment was deleted. Throws NOT_FOUND if the account
 * has neither the segment nor an event of it.
 */
export const listSegmentEvents = resolver({
  name: 'listSegmentEvents',
  scope: 'segments:read',
  input: z.strictObject({ id: aString, events: ListEvents }),
  run: async ({ id, events: paging }, context: Context, { accountId }): Promise<EventPage> => {
    if (!isSegmentId(id)) throw new NotFound('segment', id);
    const filter = { ...paging.filter, segmentId: id };
    const page = await pageOf(context.events, accountId, { ...paging, filter, maxBytes: MAX_PAGE_BYTES });
    if (page.events.length > 0 || (await isKnown(context, accountId, id))) return page;
    throw new NotFound('segment', id);
  },
});

/** Whether the account has the segment, or still keeps an event of it. */
async function isKnown({ segments, events }: Context, accountId: string, id: string): Promise<boolean> {
  const [segment, slice] = await Promise.all([
    segments.get({ accountId, id, texts: 'none' }),
    events.read({ accountId, filter: { segmentId: id }, size: 1, contents: 'none' }),
  ]);
  return segment !== null || slice.events.length > 0;
}
