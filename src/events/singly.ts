import type { Event } from './event.ts';
import type { FollowedEvents } from './resolvers.ts';

/**
 * Returns the events of a stream one at a time. `return` ends the stream immediately. With a generator, it would have to wait for
 * the next event.
 */
export function singly({ events, close }: FollowedEvents): AsyncIterableIterator<Event> {
  let slice: Event[] = [];
  const done = { value: undefined, done: true } as const;
  const end = async () => {
    close();
    return done;
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      let event = slice.shift();
      if (!event) {
        const following = await events.next().catch((error) => {
          close();
          throw error;
        });
        if (following.done) return end();
        slice = [...following.value];
        event = slice.shift();
      }
      return event ? { value: event, done: false } : end();
    },
    return: end,
  };
}
