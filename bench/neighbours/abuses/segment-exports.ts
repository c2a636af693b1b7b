import { once } from 'node:events';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Abuse } from '../target.ts';

const PAUSE_MS = 100;
/** An account can have one export in progress; the others are refused. */
const EXPORTS = 2;

/** Exports of all segments, without end. They are read as fast as they arrive. */
export const abuse: Abuse = async ({ url, big: { token } }, signal, answered) => {
  const forEver = async () => {
    while (!signal.aborted) {
      const call = request(`${url}/v1/customer-segments/export`, {
        headers: { authorization: `Bearer ${token}` },
        signal,
      });
      call.on('error', () => {});
      call.on('response', (response) => {
        answered(response.statusCode ?? 0);
        response.on('error', () => {}).resume();
      });
      call.end();
      await once(call, 'close').catch(() => {}); // it also ends when the signal aborts
      await sleep(PAUSE_MS); // also after a refusal
    }
  };
  await Promise.all(Array.from({ length: EXPORTS }, forEver));
};
