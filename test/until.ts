import { vi } from 'vitest';
import { LIMIT_MS } from './limits.ts';

/** Waits until a condition holds, even on a slow machine. Works in hooks too, where `expect.poll` cannot be used. */
export const until = (condition: () => boolean | Promise<boolean>): Promise<boolean> =>
  vi.waitUntil(condition, { timeout: LIMIT_MS.state, interval: 20 });
