import { afterEach, describe, expect, it } from 'vitest';
import { eventFeed, type Feed } from '../../src/events/feed.ts';
import { follow } from '../../src/events/follow.ts';
import { loopTime } from '../../src/fairness/loop-time.ts';
import { createSegment, deleteSegment } from '../../src/segments/resolvers.ts';
import { draft, eventHead, testGateway } from '../harness.ts';
import { loopTurns } from '../loop-turns.ts';
import { until } from '../until.ts';

const FOLLOWERS = 1_000;
const EVENTS = 40;
const BUSY_MS = 0.03;
const gateway = testGateway();
const controllers: AbortController[] = [];
afterEach(() => {
  for (const controller of controllers.splice(0)) controller.abort();
});

/** Follows the log of Ada. Each event keeps each follower busy for a moment, as it does to write it to a socket. */
function followers(feed: Feed, after: number) {
  const controller = new AbortController();
  controllers.push(controller);
  const loop = loopTime().of('ada');
  const received = Array.from({ length: FOLLOWERS }, () => 0);
  const turns = loopTurns();
  const ofTurns = new Map<number, number>();
  const following = async (_: unknown, i: number) => {
    const { events } = follow(feed, { accountId: 'ada', after, signal: controller.signal, loop });
    for await (const slice of events) {
      for (const _event of slice) {
        const start = performance.now();
        while (performance.now() - start < BUSY_MS);
        received[i] = (received[i] ?? 0) + 1;
        ofTurns.set(turns.count(), (ofTurns.get(turns.count()) ?? 0) + 1);
      }
    }
  };
  const ended = Promise.all(received.map(following));
  return {
    /** Waits until all have received so many events. Returns how many were received in the longest turn of the event loop. */
    async haveReceived(events: number) {
      await until(() => received.every((each) => each === events));
      turns.stop();
      controller.abort();
      await ended;
      return Math.max(...ofTurns.values());
    },
  };
}

describe('A thousand followers of one account', () => {
  it('share the loop with others while all receive a burst, and the writes of their account go on', async () => {
    const after = await eventHead(gateway, 'ada');
    for (let i = 0; i < 20; i++) await createSegment(draft(), gateway.context());
    const { haveReceived } = followers(gateway.feed, after);
    let written = 0;
    const write = async () => {
      for (let i = 0; i < 5; i++) {
        await createSegment(draft(), gateway.context());
        written += 1;
      }
    };
    const [longest] = await Promise.all([haveReceived(25), write()]);
    expect(written).toBe(5);
    expect(longest).toBeLessThanOrEqual(10 / BUSY_MS + 25); // a slice is received in one piece
  });

  it.each([
    ['with notices', 1_000, true],
    ['by polling', 50, false],
  ])(
    'share reads, although they need more time than there is between two events, %s',
    async (_, everyMs, isTold) => {
      const count = { reads: 0, heads: 0 };
      const feed = eventFeed(
        {
          heads(accounts) {
            count.heads += 1;
            return gateway.events.heads(accounts);
          },
          read(wanted) {
            count.reads += 1;
            return gateway.events.read(wanted);
          },
        },
        { everyMs: () => everyMs },
      );
      const { haveReceived } = followers(feed, await eventHead(gateway, 'ada'));
      for (let i = 0; i < EVENTS; i++) {
        await createSegment(draft(), gateway.context());
        if (isTold) feed.wake();
      }
      await haveReceived(EVENTS);
      feed.stop();
      expect(count.reads).toBeLessThan(1.5 * EVENTS);
    },
  );
});

it('A new follower does not get what others read before it began, because a segment may have been deleted since', async () => {
  const after = await eventHead(gateway, 'ada');
  const { id } = await createSegment(draft(), gateway.context());
  const { signal } = new AbortController();
  const before = await gateway.feed.next('ada', after, signal);
  expect(before.events[0]?.segment).toMatchObject({ id });
  await deleteSegment({ id }, gateway.context());
  const { events } = follow(gateway.feed, { accountId: 'ada', after, signal });
  const { value } = await events.next();
  expect(value?.[0]).toMatchObject({ segmentId: id, segment: null });
});
