interface Limits<Item> {
  /** Max items to return at once. */
  most(): number;
  /** What an item counts for in memory. */
  sizeOf(item: Item): number;
  /** The size from which on no more is read ahead. */
  full: number;
}

/**
 * Regroups what a source yields: each group has what has arrived since the previous one, at least one item and at most `most`. The
 * source is read ahead while a group is being used, until `full` is reached, so a fast source makes large groups and a slow one is
 * not waited for. A source that is left before its end is closed when its current read has ended.
 */
export async function* gathered<Item>(
  source: AsyncIterable<readonly Item[]>,
  { most, sizeOf, full }: Limits<Item>,
): AsyncGenerator<Item[]> {
  const iterator = source[Symbol.asyncIterator]();
  const waiting: { item: Item; size: number }[] = [];
  let size = 0;
  let end: { error?: unknown } | undefined;
  let changed = Promise.withResolvers<void>();
  const change = () => {
    changed.resolve();
    changed = Promise.withResolvers();
  };

  const read = async () => {
    try {
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
        for (const item of next.value) {
          const added = { item, size: sizeOf(item) };
          waiting.push(added);
          size += added.size;
        }
        change();
        while (size >= full && !end) await changed.promise;
        if (end) return;
      }
      end = {};
    } catch (error) {
      end = { error };
    }
    change();
  };

  try {
    void read();
    for (;;) {
      while (waiting.length === 0 && !end) await changed.promise;
      if (waiting.length === 0) break;
      const group = waiting.splice(0, most());
      for (const taken of group) size -= taken.size;
      change();
      yield group.map(({ item }) => item);
    }
    if (end && 'error' in end) throw end.error;
  } finally {
    end ??= {};
    change();
    void iterator.return?.()?.catch(() => {}); // not awaited, because a source that waits for its sender only returns afterwards
  }
}
