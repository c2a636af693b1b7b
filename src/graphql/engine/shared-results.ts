import type { ExecutionResult } from 'graphql';

/** Executes a subscription for an event. */
export type Execute = (event: unknown) => ExecutionResult | Promise<ExecutionResult>;

/** What identifies the results of a subscription, and the max bytes of each. */
interface Shared {
  /** Subscriptions with the same key have the same result for an event. */
  key: string;
  bytes: number;
}

/** A result that others can use until it is displaced. */
interface Kept {
  bytes: number;
  result?: ReturnType<Execute> | undefined;
}

/**
 * Max bytes of the results that are kept, as if every text had its max length. A slow follower keeps events alive, and its
 * account must not be able to attach large results to all of them.
 */
const MAX_BYTES = 128 * 1024 * 1024;
/** What a result counts at least, so that there are not too many small ones. */
const MIN_BYTES_OF_RESULT = 4 * 1024;

/**
 * Returns a function with which subscriptions share the results of an event: it wraps what executes a subscription. The event
 * must be the same object. A result with errors is not shared, because its messages can contain the id of a request.
 */
export function sharedResults(maxBytes = MAX_BYTES) {
  const ofEvents = new WeakMap<object, Map<string, Kept>>();
  // The results belong to their events, so a result is garbage as soon as its event is.
  const oldest = new Set<{ kept: WeakRef<Kept>; bytes: number }>();
  let total = 0;

  const keep = (ofEvent: Map<string, Kept>, { key, bytes }: Shared, result: ReturnType<Execute>) => {
    const kept = { bytes, result };
    ofEvent.set(key, kept);
    const counted = Math.max(bytes, MIN_BYTES_OF_RESULT);
    oldest.add({ kept: new WeakRef(kept), bytes: counted });
    total += counted;
    for (const each of oldest) {
      if (total <= maxBytes) break;
      oldest.delete(each);
      total -= each.bytes;
      const displaced = each.kept.deref();
      if (displaced) displaced.result = undefined;
    }
  };

  return (shared: Shared, execute: Execute): Execute =>
    async (event) => {
      if (typeof event !== 'object' || event === null) return execute(event);
      let ofEvent = ofEvents.get(event);
      if (!ofEvent) {
        ofEvent = new Map();
        ofEvents.set(event, ofEvent);
      }
      const known = ofEvent.get(shared.key)?.result;
      const other = known && (await known);
      if (other && !other.errors) return other;
      const result = execute(event);
      keep(ofEvent, shared, result);
      return result;
    };
}
