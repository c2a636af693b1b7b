import { reasonToWait } from '../database/failure.ts';

const AGAIN_MS = 5_000;

/**
 * Makes sure of a token. Where the database cannot be written for now (it is full, or only reads), `onWait` is told why,
 * once, and it is tried again until it works: a gateway that starts meanwhile serves what other tokens may read. Gives the way
 * to stop trying. Throws what will not change by itself.
 */
export async function ensuredToken(
  ensure: () => Promise<void>,
  onWait: (reason: string) => void,
): Promise<() => void> {
  const reason = await refusalOf(ensure);
  if (reason === undefined) return () => {};
  onWait(reason);
  const timer = setInterval(async () => {
    if ((await refusalOf(ensure).catch(() => 'again')) === undefined) clearInterval(timer);
  }, AGAIN_MS).unref();
  return () => clearInterval(timer);
}

async function refusalOf(ensure: () => Promise<void>): Promise<string | undefined> {
  try {
    await ensure();
    return undefined;
  } catch (error) {
    const reason = reasonToWait(error instanceof Error && error.cause ? error.cause : error); // Drizzle wraps it
    if (reason === undefined) throw error;
    return reason;
  }
}
