/** A share of the budget that was asked for. */
export interface Room {
  bytes: number;
  /** Whether there is room. Once there is, it is kept until it is released. */
  isGranted(): boolean;
  /** Waits for it, at most so many milliseconds. Returns whether it is granted. */
  within(ms: number): Promise<boolean>;
  /** Gives it back, or stops to wait for it. Further calls do nothing. */
  release(): void;
}

/** Limits how many bytes are in memory at the same time. */
export interface ByteBudget {
  /** Asks for room, behind those that wait already. More than the whole budget has room when nothing else has. */
  take(bytes: number): Room;
}

interface Asked {
  bytes: number;
  isGranted: boolean;
  /** Called when it is granted. */
  granted: PromiseWithResolvers<true>;
}

/** Returns a budget of so many bytes. */
export function byteBudget(maxBytes: number): ByteBudget {
  const waiting = new Set<Asked>(); // in the order of arrival
  let used = 0;

  const grant = () => {
    for (const asked of waiting) {
      if (used > 0 && used + asked.bytes > maxBytes) return; // those behind it wait as well, or it would wait for ever
      waiting.delete(asked);
      used += asked.bytes;
      asked.isGranted = true;
      asked.granted.resolve(true);
    }
  };

  return {
    take(bytes) {
      const asked: Asked = { bytes, isGranted: false, granted: Promise.withResolvers() };
      let isReleased = false;
      waiting.add(asked);
      grant();
      return {
        bytes,
        isGranted: () => asked.isGranted,
        async within(ms) {
          let timer: NodeJS.Timeout | undefined;
          const tooLate = new Promise<false>((resolve) => {
            timer = setTimeout(resolve, ms, false);
          });
          try {
            return await Promise.race([asked.granted.promise, tooLate]);
          } finally {
            clearTimeout(timer);
          }
        },
        release() {
          if (isReleased) return;
          isReleased = true;
          if (asked.isGranted) used -= bytes;
          waiting.delete(asked);
          grant();
        },
      };
    },
  };
}
