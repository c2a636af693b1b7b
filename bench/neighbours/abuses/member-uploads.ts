import { once } from 'node:events';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Abuse } from '../target.ts';

const LINES = 1_000_000;
const PART = 1_000;
const PAUSE_MS = 500;
/** As many as an account can have in progress. */
const UPLOADS = 2;

/** Replacements of the members of two segments by a million customers each, without end. Half of them differ each time. */
export const abuse: Abuse = async ({ url, big: { token, ids } }, signal, answered) => {
  const upload = async (id: string, first: number) => {
    const call = request(`${url}/v1/customer-segments/${id}/members`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'text/plain' },
      signal,
    });
    const ended = once(call, 'response').then(([response]) => {
      answered(response.statusCode);
      call.destroy();
    });
    ended.catch(() => {});
    call.on('error', () => {});
    for (let sent = 0; sent < LINES && !call.destroyed; sent += PART) {
      const lines = Array.from({ length: PART }, (_, i) => `customer-${first + sent + i}\n`).join('');
      if (!call.write(lines)) await once(call, 'drain', { signal }).catch(() => {});
    }
    call.end();
    await ended;
  };
  const forEver = async (id: string) => {
    for (let n = 0; !signal.aborted; n++) {
      await upload(id, (n % 2) * (LINES / 2)).catch(
        (error) => signal.aborted || answered(error.code ?? 'failed'),
      );
      await sleep(PAUSE_MS);
    }
  };
  await Promise.all(ids.slice(0, UPLOADS).map(forEver));
};
