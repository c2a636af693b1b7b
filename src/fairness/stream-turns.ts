/** Max milliseconds that streams keep the event loop busy before others have a turn. */
const TURN_MS = 10;

/**
 * Returns a function that waits until a stream may work. All streams share a turn of the event loop: a thousand followers of one
 * event take a few microseconds each, but are all ready at once. They work one after another, each until it waits for something.
 * A stream that is working calls it again to pause if the turn has taken too long. It then returns undefined if it has not.
 */
export function streamTurns(maxMs = TURN_MS): () => Promise<void> | undefined {
  const waiting: (() => void)[] = [];
  let began = 0;
  let isScheduled = false;
  let isWorking = false;

  const isOver = () => performance.now() - began >= maxMs;

  const begin = () => {
    began = performance.now();
    next();
  };

  const next = () => {
    isWorking = false;
    isScheduled = waiting.length > 0;
    if (!isScheduled) return;
    if (isOver()) return void setImmediate(begin);
    isWorking = true;
    waiting.shift()?.();
    queueMicrotask(() => process.nextTick(next)); // a tick comes when the stream has done what it can
  };

  return () => {
    if (isWorking && !isOver()) return undefined;
    if (!isScheduled) setImmediate(begin);
    isScheduled = true;
    return new Promise((resolve) => waiting.push(resolve));
  };
}
