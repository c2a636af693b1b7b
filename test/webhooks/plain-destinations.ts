import type { Destinations } from '../../src/webhooks/destinations.ts';

/** Destinations without any checks: every http(s) URL can be one, and messages are sent with `fetch`. */
export const plainDestinations: Destinations = {
  check(url) {
    const parsed = URL.parse(url);
    return parsed ? { url: parsed.href } : { problem: 'must be a URL' };
  },
  open: (url) => ({
    async post({ headers, body }, signal) {
      const at = Date.now();
      const answered = (status: number | null, error: string | null, text: string | null) => ({
        attempt: { at, ms: Date.now() - at, status, error, body: text },
        retryAfterMs: null,
      });
      try {
        const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
        return answered(response.status, null, (await response.text()).slice(0, 1_024));
      } catch (error) {
        signal?.throwIfAborted();
        return answered(null, String(error), null);
      }
    },
    close() {},
  }),
};
