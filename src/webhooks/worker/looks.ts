/** Looks for work: soon after it is woken, and periodically. */
export interface Looks {
  /** Looks soon, but not before the last look allows it. A call during a look is not lost. */
  wake(): void;
  /** Looks soon. A call during a look is not lost. */
  now(): void;
  /** Looks in this time, unless it looks earlier. */
  within(ms: number): void;
  /** Waits for the current look. There are no further ones. */
  stop(): Promise<void>;
}

/** What a look says about the next one. */
export interface Next {
  /** Milliseconds until then, unless something asks for one before. */
  ms: number;
  /** Min milliseconds between the starts of this look and of one that `wake` asks for. */
  calmMs?: number;
}

/** Min milliseconds between the starts of two looks. */
const MIN_GAP_MS = 100;
/** At most this part of the time is spent on looks, which read all endpoints. */
const MAX_PART = 1 / 10;

/** Starts to look. `look` never rejects. */
export function startLooks(look: () => Promise<Next>): Looks {
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;
  let next = 0;
  let earliest = 0;
  let calmUntil = 0;
  let isWoken = false;
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
    next = Number.POSITIVE_INFINITY; // whoever asks for a look from now on sets it
    isWoken = false;
    const { ms, calmMs = 0 } = await look();
    const ended = performance.now();
    calmUntil = began + calmMs;
    if (isWoken) next = Math.min(next, calmUntil);
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
    wake() {
      if (looking) isWoken = true;
      else within(Math.max(0, calmUntil - performance.now()));
    },
    now: () => within(0),
    within,
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await looking;
    },
  };
}
