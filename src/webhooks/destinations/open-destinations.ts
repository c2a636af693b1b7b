import type { Connection, Destinations } from '../destinations.ts';
import { type Allowed, checkUrl } from './check-url.ts';
import { connectionTo } from './connection.ts';
import { anyLookup, publicLookup } from './lookup.ts';

interface Options extends Allowed {
  /** The version of the gateway, for the header `user-agent`. */
  version: string;
  /** How long an attempt can take, from the name to the end of the answer. */
  timeoutMs?: number;
  /**
   * How long the body of an answer is waited for once the status is known. The status alone decides, so a body that never ends does not
   * delay the next event.
   */
  bodyMs?: number;
  /** Name servers, such as `127.0.0.1:53`. Those of the system by default. Not used with `allowPrivate`. */
  dnsServers?: readonly string[];
  /** Certificate authorities in PEM. Those of Node.js by default. */
  ca?: string;
}

/**
 * Opens the way to receivers. Callers choose their URLs, so a receiver may lie and its name may lead anywhere. Only public addresses are
 * connected to, unless `allowPrivate`. Certificates are verified, redirects are not followed, and no proxy is used.
 */
export function openDestinations({
  version,
  timeoutMs = 15_000,
  bodyMs = 1_000,
  dnsServers,
  ca,
  ...allowed
}: Options): Destinations {
  const lookup = allowed.allowPrivate ? anyLookup : publicLookup(dnsServers);
  const options = { userAgent: `segments-gateway/${version}`, timeoutMs, bodyMs, lookup, ca };
  const check = (url: string) => checkUrl(url, allowed);
  return {
    check,
    open(given) {
      // Checked again, because the configuration may have changed since, and no lookup is made for an address.
      const checked = check(given);
      if ('problem' in checked) return closedTo(`The URL ${checked.problem}.`);
      return connectionTo(new URL(checked.url), options);
    },
  };
}

const closedTo = (problem: string): Connection => ({
  async post(_, signal) {
    signal?.throwIfAborted();
    const attempt = { at: Date.now(), ms: 0, status: null, error: problem, body: null };
    return { attempt, retryAfterMs: null };
  },
  close() {},
});
