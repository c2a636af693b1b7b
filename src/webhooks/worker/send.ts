import { type Event, eventIdOf } from '../../events/event.ts';
import { charged, type LoopShare } from '../../fairness/loop-time.ts';
import type { Answered, Connection, Message } from '../destinations.ts';
import { messageOf } from '../message.ts';
import type { Claimed } from '../queue/claimed.ts';
import type { ByteBudget, Room } from './byte-budget.ts';
import type { Parts } from './parts.ts';

interface Sending {
  event: Event;
  endpoint: Pick<Claimed, 'showsCustomers'>;
  secrets: readonly string[];
  connection: Connection;
  loop: LoopShare | undefined;
  /** How long the attempt may take. */
  maxMs: number;
  /** What was granted for it, if it had to wait. It is released. */
  room: Room | undefined;
}

/** A message was not sent, because too much is in flight. It can be built again once its room is granted. */
interface Postponed {
  room: Room;
}

/**
 * Builds the message of an event and sends it. An event whose message cannot be built counts as a failed attempt: otherwise it would
 * be tried without end. Rejects only if it takes too long, or if attempts are broken off.
 */
export async function sendEvent(
  { event, endpoint, secrets, connection, loop, maxMs, room: granted }: Sending,
  { represent, attempts, budget, failed }: Pick<Parts, 'represent' | 'attempts' | 'budget' | 'failed'>,
): Promise<Answered | Postponed> {
  const at = Date.now();
  let message: Message;
  try {
    message = charged(loop, () => {
      const data = represent(event, endpoint.showsCustomers);
      const { type, created_at: createdAt } = data;
      return messageOf({ id: eventIdOf(event), type, data, secrets, at, createdAt });
    });
  } catch (error) {
    granted?.release();
    failed(error);
    const attempt = { at, ms: 0, status: null, error: 'The message could not be built.', body: null };
    return { attempt, retryAfterMs: null };
  }
  const room = roomFor(message, granted, budget);
  if (!room.isGranted()) return { room };
  try {
    return await attempts.during(maxMs, (signal) => connection.post(message, signal));
  } finally {
    room.release();
  }
}

/** Returns room for a message: what was granted, unless that was for a smaller one. */
function roomFor({ body }: Message, granted: Room | undefined, budget: ByteBudget): Room {
  const bytes = Buffer.byteLength(body);
  if (granted && granted.bytes >= bytes) return granted;
  granted?.release();
  return budget.take(bytes);
}
