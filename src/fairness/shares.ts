/** Items of which there is a limited number, and of which each holder can have only a part. */
export interface Shares<Holder> {
  /** Takes `count` items, 1 by default. If too few are left, or the holder would exceed its limit, takes none and returns false. */
  take(holder: Holder, count?: number): boolean;
  /** Gives back `count` items, 1 by default. Does nothing for a holder that has none. */
  giveBack(holder: Holder, count?: number): void;
  /** Gives back all that a holder has. */
  giveBackAll(holder: Holder): void;
  /** How many a holder has. */
  of(holder: Holder): number;
  /** How many are taken by all holders together. */
  taken(): number;
  isFull(): boolean;
  /** The holder that has the most; undefined if none is taken. */
  largest(): Holder | undefined;
}

interface Limits {
  total: number;
  /** Max for each holder. */
  each: number;
}

/** Max holders to remember before those that have nothing are removed. */
const REMEMBERED = 1_000;

/**
 * Counts what each holder has. Holders that have nothing are removed in batches: most of them return soon, and it is slow to
 * remove and add a map entry for each request.
 */
export function shares<Holder>({ total, each }: Limits): Shares<Holder> {
  const held = new Map<Holder, number>();
  let taken = 0;
  let maxRemembered = REMEMBERED;

  function forgetIdle(): void {
    for (const [holder, count] of held) if (count === 0) held.delete(holder);
    maxRemembered = Math.max(REMEMBERED, 2 * held.size);
  }

  return {
    take(holder, count = 1) {
      const before = held.get(holder);
      if (taken + count > total || (before ?? 0) + count > each) return false;
      if (before === undefined && held.size >= maxRemembered) forgetIdle();
      held.set(holder, (before ?? 0) + count);
      taken += count;
      return true;
    },
    giveBack(holder, count = 1) {
      const before = held.get(holder);
      if (!before) return;
      held.set(holder, before - count);
      taken -= count;
    },
    giveBackAll(holder) {
      taken -= held.get(holder) ?? 0;
      held.delete(holder);
    },
    of: (holder) => held.get(holder) ?? 0,
    taken: () => taken,
    isFull: () => taken >= total,
    largest() {
      let [largest, most]: [Holder | undefined, number] = [undefined, 0];
      for (const [holder, count] of held) if (count > most) [largest, most] = [holder, count];
      return largest;
    },
  };
}
