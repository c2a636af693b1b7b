import type { Message } from './destinations.ts';
import { sign } from './signature.ts';

interface Options {
  /** The id of the event. It is the same in every attempt, so that receivers can ignore repetitions. */
  id: string;
  /** The type of the event as REST spells it, such as `customer_segment.updated`. */
  type: string;
  /** The event as REST represents it. */
  data: unknown;
  secrets: readonly string[];
  /** When the attempt is made, in milliseconds since 1970. Receivers reject old ones, so each attempt is signed anew. */
  at: number;
  /** When the event happened, in seconds since 1970. */
  createdAt: number;
}

/** Returns what is sent in one attempt, as Standard Webhooks 1.0 requires it. The `user-agent` is added when it is sent. */
export function messageOf({ id, type, data, secrets, at, createdAt }: Options): Message {
  const body = JSON.stringify({ type, timestamp: new Date(createdAt * 1000).toISOString(), data });
  const timestamp = Math.floor(at / 1000);
  return {
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': sign(secrets, { id, timestamp, body }),
    },
    body,
  };
}
