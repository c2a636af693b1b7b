/** Looks for work: soon after it is woken, and periodically. */
export interface Looks {
  /** Looks soon. A call during a look is not lost. */
  wake(): void;
  /** Looks in this time, unless it looks earlier. */
  within(ms: number): void;
  /** Waits for the current look. There are no further ones. */
  stop(): Promise<void>;
}

/** Min milliseconds between the starts of two looks. */
const MIN_GAP_MS = 100;
/** At most this part of the time is spent on looks, which read all endpoints. */
const MAX_PART = 1 / 10;

/** Starts to look. `look` returns the milliseconds until the next look, unless it is woken before. It never rejects. */
export function startLooks(look: () => Promise<number>): Looks {
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;
  let next = 0;
  let earliest = 0;
  let isStopped = false;

  const at = (time: number) => {
    next = Math.max(time, earliest);
    clearTimeout(timer);
    if (!isStopped) timer = setTimeout(begin, Math.max(0, Math.ceil(next - performance.now()))).unref();
  };

  const begin = () => {
    looking = work().finally(() => {
      looking = undefined;
    });
  };

  const work = async () => {
    const began = performance.now();
    next = Number.POSITIVE_INFINITY; // a wake from now on sets it
    const ms = await look();
    const ended = performance.now();
    earliest = began + Math.max(MIN_GAP_MS, (ended - began) / MAX_PART);
    at(Math.min(next, ended + ms));
  };

  const within = (ms: number) => {
    const time = performance.now() + ms;
    if (time >= next) return;
    if (looking) next = time;
    else at(time);
  };

  begin();
  return {
    wake: () => within(0),
    within,
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await looking;
    },
  };
}
