import { Unavailable } from '../src/errors/refusals.ts';

/** Sends a call again as long as it was not applied. On a slow machine, a connection may not be opened in time. */
export async function patiently<Result>(send: () => Promise<Result>): Promise<Result> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof Unavailable && error.outcome === 'not_applied') return patiently(send);
    throw error;
  }
}
