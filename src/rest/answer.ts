import type { Pieces } from '../http/pieces.ts';

/** An answer as the face writes it. */
export interface Answer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body?: unknown;
  /** Sent instead of a body. */
  stream?: Stream;
  /** Sent instead of a body, as they come. */
  pieces?: Pieces;
}

/** A stream of Server-Sent Events. */
export interface Stream {
  /** Sent before the first message. */
  opening: string;
  /** Each message is the text of one or more events. If the iterator throws, the caller gets the problem as the last event. */
  messages: AsyncIterable<string>;
  /** Returns the text of a heartbeat, which is sent periodically. */
  heartbeat(): string;
  /** Aborts when the messages must end. */
  signal: AbortSignal;
  /** Called when the caller has closed the connection or the messages have ended. */
  close(): void;
}

export const notModified = (headers: Answer['headers'] = {}): Answer => ({ status: 304, headers });
