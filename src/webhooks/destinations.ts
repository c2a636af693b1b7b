import type { Attempt } from './attempt.ts';

/** What is sent in one attempt. */
export interface Message {
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** An attempt, and how long the receiver asks to wait before the next one: its `Retry-After`, in milliseconds. */
export interface Answered {
  attempt: Attempt;
  retryAfterMs: number | null;
}

/** A way to one receiver. Its connection is kept open between messages, and no other endpoint uses it. */
export interface Connection {
  /** Sends a message and waits for the answer. Never rejects, unless the signal aborts: then with its reason. */
  post(message: Message, signal?: AbortSignal): Promise<Answered>;
  close(): void;
}

/** Where webhooks can be sent, and how they get there. */
export interface Destinations {
  /** Returns the URL in its normal form, or why it cannot be a destination, such as "must begin with https://". */
  check(url: string): { url: string } | { problem: string };
  open(url: string): Connection;
}
