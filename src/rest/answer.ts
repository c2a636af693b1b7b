/** An answer as the face writes it. */
export interface Answer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body?: unknown;
  /** Sent instead of a body. */
  stream?: Stream;
}

/** Server-Sent Events, until the caller leaves or they end. */
export interface Stream {
  /** Sent before the first message. */
  opening: string;
  /** Each is the text of one or more events. If they end by throwing, the caller gets the problem as the last event. */
  messages: AsyncIterable<string>;
  /** Returns what is sent now and then as a sign of life. */
  heartbeat(): string;
  /** Aborts when the messages are to end. */
  signal: AbortSignal;
  /** Called once the caller has left, or the messages have ended. */
  close(): void;
}

export const notModified = (headers: Answer['headers'] = {}): Answer => ({ status: 304, headers });
