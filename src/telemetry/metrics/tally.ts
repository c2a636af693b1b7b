import { Counter, type Registry } from 'prom-client';

/** One series of a counter. To count, add to its value. */
export interface Count {
  value: number;
}

interface Options<Label extends string> {
  name: string;
  help: string;
  labels: readonly Label[];
  registry: Registry;
}

/**
 * Creates a counter and returns the function that adds a series to it. prom-client builds a text of all labels for each increment
 * (0.25 µs). So requests only add to a number, and prom-client gets the numbers when it is scraped.
 */
export function tally<Label extends string>({ name, help, labels: labelNames, registry }: Options<Label>) {
  const counts: (Count & { labels: Readonly<Record<Label, string>> })[] = [];
  new Counter({
    ...{ name, help, labelNames, registers: [registry] },
    collect() {
      this.reset();
      for (const { labels, value } of counts) this.inc(labels, value);
    },
  });
  return (labels: Readonly<Record<Label, string>>): Count => {
    const count = { labels, value: 0 };
    counts.push(count);
    return count;
  };
}

/** Returns what was created for a key before, or creates it. */
export function kept<Key, Value>(known: Map<Key, Value>, key: Key, create: () => Value): Value {
  const found = known.get(key);
  if (found !== undefined) return found;
  const created = create();
  known.set(key, created);
  return created;
}
