/** When numbered events arrived at a number of streams. Their segments are called "event 0", "event 1" and so on. */
export interface Arrivals {
  /** Returns what reads the chunks of one stream. */
  reader(): (chunk: Buffer) => void;
  /** How many events arrived, counted at every stream. */
  total(): number;
  /** When an event arrived at the last stream that has it, as `performance.now()`; NaN if it arrived nowhere. */
  last(event: number): number;
}

const MARK = Buffer.from('"name":"event ');
const [QUOTE, NEWLINE, ZERO] = [34, 10, 48];

/**
 * Watches for events. It searches for their names instead of parsing them: a thousand streams with a hundred events a second
 * would otherwise need more processor time than the measured system.
 */
export function watchArrivals(events: number): Arrivals {
  const last = new Float64Array(events).fill(Number.NaN);
  let total = 0;

  /** Returns the end of the last name, or where an incomplete one begins. */
  function scan(data: Buffer): number {
    const now = performance.now();
    let from = 0;
    for (let at = data.indexOf(MARK); at >= 0; at = data.indexOf(MARK, from)) {
      let event = 0;
      let i = at + MARK.length;
      for (; i < data.length && data[i] !== QUOTE; i++) event = event * 10 + (data[i] ?? 0) - ZERO;
      if (i === data.length) return at;
      last[event] = now;
      total += 1;
      from = i;
    }
    return from;
  }

  return {
    reader() {
      let rest: Buffer | undefined;
      return (chunk) => {
        const data = rest ? Buffer.concat([rest, chunk]) : chunk;
        const end = scan(data);
        // An event is one line, so nothing is incomplete at the end of a line.
        rest = data.at(-1) === NEWLINE ? undefined : data.subarray(end);
      };
    },
    total: () => total,
    last: (event) => last[event] ?? Number.NaN,
  };
}

/** Milliseconds. */
export interface Spread {
  p50: number;
  p99: number;
  max: number;
}

/** Returns the spread of the values that are numbers. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.filter((value) => !Number.isNaN(value)).toSorted((a, b) => a - b);
  const at = (part: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}
