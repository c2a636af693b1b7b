import type { Measured } from './load.ts';

/** What was measured of one system under one workload. */
export interface Result {
  face: string;
  workload: string;
  connections: number;
  system: string;
  rounds: Measured[];
}

/** All that was measured, and where and how. */
export interface Report {
  run: {
    date: string;
    command: string;
    machine: { cpu: string; cores: number; memoryGB: number; node: string };
    /** What sent the load. */
    generator: string;
    postgres: string;
    rows: number;
    seconds: number;
  };
  results: Result[];
  itself: Itself;
  /** Retrieves a second by pgbench, with as many connections; null where it is not installed. */
  pgbench: { connections: number; perSecond: number | null };
}

/** The gateway beside itself: grown, after a million requests, and at its start. */
export interface Itself {
  startMs: number;
  memory: { requests: number; rss: number }[];
  connections: number;
  growth: { workload: string; small: Measured[]; large: Measured[] }[];
}

export const GATEWAY = 'segments-gateway';

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

export const medianOf = ({ rounds }: Result, key: keyof Measured): number =>
  median(rounds.map((round) => round[key]));

/** How many times one system's figure is another's, round by round: the median, the least and the most. */
export function ratio(one: Result, other: Result, key: keyof Measured = 'requestsPerSecond') {
  const ratios = one.rounds.map((round, i) => round[key] / (other.rounds[i]?.[key] ?? Number.NaN));
  return { median: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) };
}
