import { vi } from 'vitest';

/** Waits until something is so, in hooks too, where `expect.poll` can not be used. However slow the machine is. */
export const until = (isSo: () => boolean | Promise<boolean>): Promise<boolean> =>
  vi.waitUntil(isSo, { timeout: 120_000, interval: 20 });
