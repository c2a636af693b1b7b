import { setTimeout } from 'node:timers/promises';

const ATTEMPTS = 4;

/**
 * A `fetch` that sends a request again if the gateway did not carry it out: after 429, and after 503 unless its outcome is
 * unknown. It waits as long as `Retry-After` says.
 */
export const fetchWithRetry: typeof fetch = async (input, init) => {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(input instanceof Request ? input.clone() : input, init);
    if (attempt === ATTEMPTS || !(await isSafeToRepeat(response))) return response;
    const seconds = Number(response.headers.get('retry-after') ?? 1);
    await setTimeout(seconds * 1000);
  }
};

async function isSafeToRepeat(response: Response): Promise<boolean> {
  if (response.status === 429) return true;
  if (response.status !== 503) return false;
  return !/"outcome":\s*"unknown"/.test(await response.clone().text());
}
