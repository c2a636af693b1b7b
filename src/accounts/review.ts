import { Refusal } from '../errors/refusals.ts';
import type { Scope, Viewer } from './viewer.ts';

/** The context of a request that can outlive the token of its caller. */
interface Context {
  /** Identifies the caller again, without the cache of tokens. */
  identify(): Promise<Viewer | null>;
}

/** Whether the caller of a long request may still do it: the token is valid, is of the same account and has the scopes. */
export async function stillMay(
  { identify }: Context,
  { accountId }: Viewer,
  ...scopes: readonly Scope[]
): Promise<boolean> {
  const viewer = await identify();
  return viewer?.accountId === accountId && scopes.every((scope) => viewer.scopes.has(scope));
}

/** A revoked token must be refused within five seconds. */
const REVIEW_MS = 4_000;

/**
 * Returns a function that identifies the caller of a long request again if some seconds have passed. It throws UNAUTHENTICATED with
 * this message if the caller no longer has the scopes. If the database does not answer, the request fails by itself.
 */
export function reviewing(
  context: Context,
  viewer: Viewer,
  { scopes, message }: { scopes: readonly Scope[]; message: string },
): () => Promise<void> {
  let reviewed = performance.now();
  return async () => {
    if (performance.now() - reviewed < REVIEW_MS) return;
    reviewed = performance.now();
    const may = await stillMay(context, viewer, ...scopes).catch(() => true);
    if (!may) throw new Refusal('UNAUTHENTICATED', message);
  };
}
