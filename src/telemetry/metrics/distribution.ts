import type { Histogram, Registry } from 'prom-client';

/** One series of a histogram. */
export interface Distribution {
  observe(value: number): void;
}

interface Options<Label extends string> {
  name: string;
  help: string;
  labels: readonly Label[];
  /** The upper bounds of the buckets, ascending. */
  bounds: readonly number[];
  registry: Registry;
}

/**
 * Creates a histogram and returns the function that adds a series to it. A histogram of prom-client builds a text of all labels for
 * each observation (0.3 µs), which is one per cent of the processor time of a small request.
 */
export function distribution<Label extends string>({ name, help, bounds, registry }: Options<Label>) {
  const series: (() => object[])[] = [];
  const metric = {
    ...{ name, help },
    get: async () => ({
      ...{ name, help, type: 'histogram', aggregator: 'sum' },
      values: series.flatMap((valuesOf) => valuesOf()),
    }),
  };
  // The registry only reads `name` and calls `get` of what it shows.
  registry.registerMetric(metric as unknown as Histogram<Label>);

  return (labels: Readonly<Record<Label, string>>): Distribution => {
    const counts = Array.from({ length: bounds.length + 1 }, () => 0);
    let sum = 0;
    series.push(() => {
      let count = 0;
      const buckets = counts.map((added, i) => {
        count += added;
        return { metricName: `${name}_bucket`, labels: { ...labels, le: bounds[i] ?? '+Inf' }, value: count };
      });
      return [
        ...buckets,
        { metricName: `${name}_sum`, labels, value: sum },
        { metricName: `${name}_count`, labels, value: count },
      ];
    });
    return {
      observe(value) {
        let i = 0;
        while (value > (bounds[i] ?? Number.POSITIVE_INFINITY)) i += 1;
        counts[i] = (counts[i] ?? 0) + 1;
        sum += value;
      },
    };
  };
}
