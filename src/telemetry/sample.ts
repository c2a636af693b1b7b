const WINDOW_MS = 1_000;
/** Max kinds that are counted separately in a second. All others count as one more kind, which has no fields. */
const MAX_KINDS = 1_000;
const OTHERS = '';

interface Kind<Fields> {
  fields: Fields | undefined;
  count: number;
}

export interface Sampler<Fields> {
  /** Whether to log this one: the first `max` of each kind in a second are logged. */
  admits(kind: string, fields: () => Fields): boolean;
  /** Reports how many were left out so far. */
  flush(): void;
}

/**
 * Admits at most `max` of each kind per second. At the end of the second, it reports how many of each kind were left out.
 * So a flood of requests causes a bounded number of lines, and its size is still logged.
 */
export function sampler<Fields>(
  max: number,
  onLeftOut: (fields: Fields | undefined, leftOut: number) => void,
): Sampler<Fields> {
  const kinds = new Map<string, Kind<Fields>>();
  let timer: NodeJS.Timeout | undefined;

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    for (const { fields, count } of kinds.values()) if (count > max) onLeftOut(fields, count - max);
    kinds.clear();
  };

  return {
    admits(name, fields) {
      timer ??= setTimeout(flush, WINDOW_MS).unref();
      const key = kinds.has(name) || kinds.size < MAX_KINDS ? name : OTHERS;
      const kind = kinds.get(key) ?? { fields: key === OTHERS ? undefined : fields(), count: 0 };
      kinds.set(key, kind);
      kind.count += 1;
      return kind.count <= max;
    },
    flush,
  };
}
