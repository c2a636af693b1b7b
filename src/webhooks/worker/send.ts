import { type Event, eventIdOf } from '../../events/event.ts';
import { charged, type LoopShare } from '../../fairness/loop-time.ts';
import type { Answered, Connection, Message } from '../destinations.ts';
import { messageOf } from '../message.ts';
import type { Claimed } from '../queue/claim.ts';
import type { Parts } from './parts.ts';

interface Sending {
  event: Event;
  endpoint: Pick<Claimed, 'showsCustomers'>;
  secrets: readonly string[];
  connection: Connection;
  loop: LoopShare | undefined;
  /** How long the attempt may take. */
  maxMs: number;
}

/**
 * Builds the message of an event and sends it. An event whose message cannot be built counts as a failed attempt: otherwise it would
 * be tried without end. Rejects only if it takes too long, or if attempts are broken off.
 */
export async function sendEvent(
  { event, endpoint, secrets, connection, loop, maxMs }: Sending,
  { represent, attempts, failed }: Pick<Parts, 'represent' | 'attempts' | 'failed'>,
): Promise<Answered> {
  const at = Date.now();
  let message: Message;
  try {
    message = charged(loop, () => {
      const data = represent(event, endpoint.showsCustomers);
      const { type, created_at: createdAt } = data;
      return messageOf({ id: eventIdOf(event), type, data, secrets, at, createdAt });
    });
  } catch (error) {
    failed(error);
    const attempt = { at, ms: 0, status: null, error: 'The message could not be built.', body: null };
    return { attempt, retryAfterMs: null };
  }
  return attempts.during(maxMs, (signal) => connection.post(message, signal));
}
