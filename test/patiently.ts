import { Unavailable } from '../src/errors/refusals.ts';
import type { Json } from './client.ts';

/** Sends a call again as long as it was not applied. On a slow machine, a connection may not be opened in time. */
export async function patiently<Result>(send: () => Promise<Result>): Promise<Result> {
  try {
    return await send();
  } catch (error) {
    if (isNotApplied(error)) return patiently(send);
    throw error;
  }
}

/** Sends a request again as long as the body of its answer says that it was not applied. */
export async function decided<Answer extends { body: Json }>(send: () => Promise<Answer>): Promise<Answer> {
  const answer = await send();
  return answer.body?.outcome === 'not_applied' ? decided(send) : answer;
}

const isNotApplied = (error: unknown): boolean =>
  error instanceof Unavailable ? error.outcome === 'not_applied' : hasNoConnection(error);

/** Whether no connection was opened in time. The error of the pool is the cause of others. */
function hasNoConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return /connection timeout/.test(error.message) || hasNoConnection(error.cause);
}
