import type { Writable } from 'node:stream';

/** Waits until a socket has taken what was written to it, it is closed, or the signal aborts. */
export const untilDrained = (stream: Writable, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const settle = () => {
      for (const event of ['drain', 'close']) stream.off(event, settle);
      signal?.removeEventListener('abort', settle);
      resolve();
    };
    if (stream.closed || signal?.aborted) return resolve();
    stream.on('drain', settle);
    stream.on('close', settle);
    signal?.addEventListener('abort', settle);
  });
