import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Lookup } from './lookup.ts';

interface Options {
  lookup: Lookup;
  /** Certificate authorities that replace those of Node.js. */
  ca: string | undefined;
  /** Ends the lookup under way. */
  signal: AbortSignal;
}

/** How long a connection stays open without a message. */
const IDLE_MS = 10_000;

/**
 * Returns an agent with one connection at most. Sockets only connect to addresses that `lookup` returns, which is called once for each
 * connection. No variable or flag of the process changes that certificates are verified and that no proxy is used: only the global
 * agent of Node.js reads the variables for proxies.
 */
export function agentFor({ protocol }: URL, { lookup, ca, signal }: Options): HttpAgent {
  const options = {
    ...{ keepAlive: true, maxSockets: 1, maxFreeSockets: 1, timeout: IDLE_MS },
    ...{ autoSelectFamily: true, lookup: asCallback(lookup, signal) },
  };
  if (protocol === 'http:') return new HttpAgent(options);
  return new HttpsAgent({ ...options, rejectUnauthorized: true, ...(ca !== undefined && { ca }) });
}

/**
 * It is an option of the agent, not of a request, because the agent may open a connection with the options of an earlier request. Node.js
 * asks for all addresses, and tries one after the other.
 */
const asCallback =
  (lookup: Lookup, signal: AbortSignal): LookupFunction =>
  (host, _, done) => {
    lookup(host, signal).then(
      (addresses) => done(null, addresses),
      (error) => done(error, []),
    );
  };
