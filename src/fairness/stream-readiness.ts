import type { LoopShare } from './loop-time.ts';

/**
 * Waits until the account may start more work, however long it takes. For a stream, which can wait longer than a request, and which
 * gives others a turn even if its account is alone.
 */
export async function untilReady(loop: LoopShare | undefined): Promise<void> {
  await loop?.ready()?.catch(() => {});
  await loop?.turn();
}
