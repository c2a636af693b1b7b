const MAX_MS = 24 * 3_600_000;
const SECONDS = /^\d{1,15}$/;
/** The only form of dates that senders may use (RFC 9110), such as `Sun, 06 Nov 1994 08:49:37 GMT`. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * Returns how long a `Retry-After` asks to wait, in milliseconds, at most 24 hours. Null if there is none, or if it is neither a number of
 * seconds nor a date. `now` is in milliseconds since 1970.
 */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  const ms = header === undefined ? Number.NaN : waitOf(header.trim(), now);
  return Number.isNaN(ms) ? null : Math.min(MAX_MS, Math.max(0, ms));
}

function waitOf(text: string, now: number): number {
  if (SECONDS.test(text)) return Number(text) * 1000;
  return HTTP_DATE.test(text) ? Date.parse(text) - now : Number.NaN;
}
