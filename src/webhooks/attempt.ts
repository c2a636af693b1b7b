/** The result of one request to an endpoint, as it is stored. */
export interface Attempt {
  /** When it began, in milliseconds since 1970. */
  at: number;
  /** How long it took, in milliseconds. */
  ms: number;
  /** The status of the answer; null if there was none. */
  status: number | null;
  /** Why there was no answer, in one sentence; null if there was one. */
  error: string | null;
  /** The first 1,024 bytes of the body of the answer, as text without U+0000; null if there was no answer. */
  body: string | null;
}

/** Whether an attempt delivered its event. Redirects are not followed, so only a status from 200 to 299 means success. */
export const isDelivered = ({ status }: Attempt): boolean => status !== null && status >= 200 && status < 300;
