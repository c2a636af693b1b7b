import { vi } from 'vitest';

/** Waits until a condition holds, even on a slow machine. Works in hooks too, where `expect.poll` cannot be used. */
export const until = (condition: () => boolean | Promise<boolean>): Promise<boolean> =>
  vi.waitUntil(condition, { timeout: 120_000, interval: 20 });
