import { once } from 'node:events';
import { request } from 'node:http';
import type { Abuse } from '../target.ts';

const LINES = 1_000_000;
const PART = 500;
/** As many as an account can have in progress. */
const IMPORTS = 2;

/** Imports of a million segments each, without end. The results are read as fast as they arrive. */
export const abuse: Abuse = async ({ url, big: { token } }, signal, answered) => {
  const send = async () => {
    const call = request(`${url}/v1/customer-segments/import`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
      signal,
    });
    call.on('error', () => {});
    call.on('response', (response) => {
      answered(response.statusCode ?? 0);
      response.on('error', () => {}).resume();
    });
    for (let sent = 0; sent < LINES && !call.destroyed; sent += PART) {
      const part = Array.from({ length: PART }, (_, i) => lineOf(sent + i)).join('');
      if (!call.write(part)) await once(call, 'drain', { signal }).catch(() => {});
    }
    call.end();
    await once(call, 'close').catch(() => {}); // it also ends when the signal aborts
  };
  const forEver = async () => {
    while (!signal.aborted) await send();
  };
  await Promise.all(Array.from({ length: IMPORTS }, forEver));
};

const lineOf = (n: number): string =>
  `${JSON.stringify({ name: `Segment ${n}`, criteria: 'Customers who spend more than $1000 per month', description: '' })}\n`;
