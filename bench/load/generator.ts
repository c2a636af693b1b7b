/** In a path or a body, this is replaced by a number that no other request of the load has. */
export const UNIQUE = '@@@@@@@@';

/** A request as it is sent. */
export interface Asked {
  method: string;
  path: string;
  body?: string;
  headers: Record<string, string>;
}

export interface Load {
  connections: number;
  seconds: number;
}

export interface Answers {
  /** What went wrong, if anything did. */
  failed: string | undefined;
  /** Number of responses with a status that is not a success. */
  refused: number;
  total: number;
  requestsPerSecond: number;
  p50: number;
  p99: number;
}

/** Sends requests in turn, over a number of connections, for a number of seconds. Latencies are in milliseconds. */
export type Generator = (url: string, requests: readonly Asked[], load: Load) => Promise<Answers>;
