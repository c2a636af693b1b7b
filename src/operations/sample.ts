const WINDOW_MS = 1_000;
/** Kinds that are told apart in a second; what comes beyond counts as one more. */
const MAX_KINDS = 1_000;

interface Kind<Fields> {
  fields: Fields;
  count: number;
}

export interface Sampler<Fields> {
  /** Whether one of its kind is to be logged: the first ones of each second are. */
  admits(kind: string, fields: () => Fields): boolean;
  /** Tells of what was left out so far. */
  flush(): void;
}

/**
 * Lets through at most `max` of a kind in a second. When the second is over, tells of each kind how many were left out, so
 * that a flood that callers make costs a bounded number of lines and is still seen whole.
 */
export function sampler<Fields>(
  max: number,
  onLeftOut: (fields: Fields, leftOut: number) => void,
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
      const key = kinds.has(name) || kinds.size < MAX_KINDS ? name : '';
      const kind = kinds.get(key) ?? { fields: fields(), count: 0 };
      kinds.set(key, kind);
      kind.count += 1;
      return kind.count <= max;
    },
    flush,
  };
}
