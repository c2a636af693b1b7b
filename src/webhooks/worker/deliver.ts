import { Timeout, Unavailable } from '../../errors/refusals.ts';
import { type Event, eventIdOf } from '../../events/event.ts';
import type { EventSlice } from '../../events/store/read.ts';
import { untilReady } from '../../fairness/stream-readiness.ts';
import type { Connection } from '../destinations.ts';
import type { Claimed } from '../queue/claimed.ts';
import { BrokenOff } from './attempts.ts';
import type { Room } from './byte-budget.ts';
import { leaseOf } from './lease.ts';
import { notKept } from './not-kept.ts';
import { decide, faultOf } from './outcome.ts';
import type { Parts } from './parts.ts';
import { progressOf } from './progress.ts';
import { sendEvent } from './send.ts';
import { waitForRoom } from './wait-for-room.ts';

/** Max events to read at once. A retry reads only its event: it will probably fail. */
const SIZE = 20;
/** How long events may be used that were read. It is short, because their segments may be deleted meanwhile. */
const FRESH_MS = 250;

/**
 * Delivers the events of an endpoint one after the other, until there are no more, an attempt fails, the lease is lost, or its turn
 * is over. `since` is when the lease was asked for. Returns whether there may be more to do now. A fault counts as a failed attempt, so
 * that the endpoint is tried again later and later. Throws if the database is unavailable for long.
 */
export async function deliverTo(endpoint: Claimed, since: number, parts: Parts): Promise<boolean> {
  const { accountId, id: webhookId, types } = endpoint;
  const { events, schedule, turnMs, observe, attempts, isStopping } = parts;
  let began = performance.now();
  const lease = leaseOf(endpoint, since, parts);
  const loop = parts.loopOf?.(accountId);
  let connection: Connection | undefined;
  const progress = progressOf(endpoint, lease);
  let wakes = 0;
  /** Whether the next event is read once more, because it had to wait. Then it is sent, however long it waits. */
  let isAgain = false;
  /** What its message waits for. */
  let room: Room | undefined;

  const isOver = () => isStopping() || (!room && performance.now() - began > turnMs);

  const deliver = async (event: Event, isLast: boolean): Promise<boolean> => {
    const maxMs = lease.leftMs();
    connection ??= parts.destinations.open(endpoint.url);
    const { failures, secrets } = progress;
    const granted = room;
    room = undefined;
    const answered = await sendEvent(
      { event, endpoint, secrets, connection, loop, maxMs, room: granted },
      parts,
    );
    if ('room' in answered) {
      room = answered.room;
      return true;
    }
    const { name, ...decided } = decide(answered, failures, schedule);
    const { attempt } = answered;
    observe({ kind: 'webhook_attempt_ended', outcome: name, ms: attempt.ms });
    const eventId = eventIdOf(event);
    const isEnd = name === 'failed' || name === 'disabled' || (isLast && name === 'delivered');
    const settled = await progress.settle({
      ...decided,
      place: event.n,
      isLast: isEnd,
      sent: { eventId, type: event.type, attempt },
    });
    if (!settled?.isCurrent) return false;
    const { status } = attempt;
    if (name === 'given_up') observe({ kind: 'webhook_given_up', accountId, webhookId, eventId, status });
    if (name === 'disabled') observe({ kind: 'webhook_disabled', accountId, webhookId });
    if (decided.retryMs !== undefined) parts.retryIn(decided.retryMs);
    return settled.mayGoOn;
  };

  /** Delivers a part of the log. Returns whether to go on, with the part after it. */
  const deliverSlice = async ({ events: all, hasMore, prunedTo }: EventSlice): Promise<boolean> => {
    const readAt = performance.now();
    if (progress.place < prunedTo) {
      const place = Math.min(prunedTo, progress.until ?? prunedTo);
      return progress.hold({ outcome: 'SKIPPED', place, lastError: notKept(progress.place + 1, place) });
    }
    const isReplay = progress.until !== null;
    const wasAgain = isAgain;
    isAgain = false;
    let hasSent = false;
    for (const event of all) {
      if (types && !types.includes(event.type)) {
        progress.exclude(event.n);
        if (event.n === progress.until) return progress.hold();
        continue;
      }
      await untilReady(loop);
      if (isOver() || !lease.isLong()) return true;
      if (performance.now() - readAt > FRESH_MS && (hasSent || !wasAgain)) {
        isAgain = !hasSent;
        return true;
      }
      const isLast = !hasMore && !isReplay && event === all.at(-1) && wakes === parts.wakes();
      if (!(await deliver(event, isLast))) return false;
      if (room) return true; // so that it waits without its event and its message
      hasSent = true;
      if (isReplay && progress.until === null) return true; // the events after the replay are not those after the cursor
    }
    if (hasMore) return true;
    if (progress.until !== null) {
      return progress.hold({ outcome: 'SKIPPED', place: progress.until });
    }
    return progress.hold({ isLast: wakes === parts.wakes() });
  };

  try {
    for (;;) {
      if (room) {
        const waitedSince = performance.now();
        if (!(await waitForRoom(room, lease, progress, parts))) return true;
        began += performance.now() - waitedSince; // which is no part of its turn
        isAgain = true;
      }
      await untilReady(loop);
      if (isOver()) {
        await progress.hold({ isLast: true });
        return true;
      }
      if (!lease.isLong() && !(await progress.hold())) return true;
      wakes = parts.wakes();
      const size = progress.failures > 0 || isAgain ? 1 : SIZE;
      const maxBytes = parts.maxBytes();
      const slice = await lease.persist(() =>
        events.read({ accountId, after: progress.place, size, maxBytes, contents: 'all' }),
      );
      if (!(await deliverSlice(slice))) return progress.isChanged || wakes !== parts.wakes();
    }
  } catch (error) {
    if (attempts.areAborted() || error instanceof BrokenOff || lease.leftMs() <= 0) {
      await progress.settle({ outcome: 'HELD', isLast: true }).catch(() => {}); // moves on past nothing, whatever was under way
      return false;
    }
    if (error instanceof Unavailable || error instanceof Timeout) throw error;
    parts.failed(error);
    const fault = faultOf(progress.failures, schedule);
    // It is the next event that failed, whichever that is: the place says up to where all is done.
    if (await progress.settle({ ...fault, place: progress.place + 1, isLast: true }))
      parts.retryIn(fault.retryMs);
    return false;
  } finally {
    room?.release();
    connection?.close();
  }
}
