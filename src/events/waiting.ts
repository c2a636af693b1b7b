import { stillMay } from '../accounts/review.ts';
import type { Viewer } from '../accounts/viewer.ts';
import { Refusal } from '../errors/refusals.ts';
import { resolver } from '../resolver.ts';
import { placeOf } from './event.ts';
import { WaitForEvents } from './event-list.ts';
import type { EventPage } from './event-page.ts';
import { type LiveContext, pageOf } from './resolvers.ts';

interface Context extends LiveContext {
  leavePlace(): void;
  onGone(listener: () => void): void;
}

type Paging = ReturnType<typeof WaitForEvents.parse>['paging'];

/**
 * Returns a page of the account's log like `listEvents`. If the page is empty, waits for an event. Returns an empty page when the
 * time is up or the gateway stops. Throws RATE_LIMITED or UNAVAILABLE if too many streams are open.
 */
export const waitForEvents = resolver({
  name: 'waitForEvents',
  scope: 'segments:read',
  input: WaitForEvents,
  run: async ({ paging, seconds }, context: Context, viewer): Promise<EventPage> => {
    const page = await pageOf(context.events, viewer.accountId, paging);
    return page.events.length > 0 || seconds === 0 ? page : nextPage(page, paging, seconds, context, viewer);
  },
});

async function nextPage(
  empty: EventPage,
  paging: Paging,
  seconds: number,
  context: Context,
  viewer: Viewer,
): Promise<EventPage> {
  const { events: store, feed, streams, leavePlace, onGone } = context;
  const { accountId } = viewer;
  const { signal, close } = streams.open(accountId, () => stillMay(context, viewer, 'segments:read'));
  const timer = setTimeout(close, seconds * 1000);
  onGone(close);
  leavePlace();
  let page = empty;
  try {
    while (page.events.length === 0) {
      const after = placeOf(page.nextCursor) ?? 0;
      await feed.next(accountId, after, signal);
      page = await pageOf(store, accountId, { ...paging, after });
    }
  } catch (error) {
    if (!signal.aborted || signal.reason instanceof Refusal) throw error;
  } finally {
    clearTimeout(timer);
    close();
  }
  return page;
}
