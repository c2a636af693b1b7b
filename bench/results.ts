import type { Measured } from './load.ts';
import type { Machine } from './machine.ts';

/** The measurements of one system under one workload. */
export interface Result {
  face: string;
  workload: string;
  connections: number;
  system: string;
  rounds: Measured[];
}

/** All measurements, and where and how they were made. */
export interface Report {
  run: {
    date: string;
    command: string;
    machine: Machine;
    /** The program that sent the load. */
    generator: string;
    postgres: string;
    rows: number;
    seconds: number;
  };
  results: Result[];
  itself: Itself;
  /** Retrieves per second by pgbench, with this number of connections; null if it is not installed. */
  pgbench: { connections: number; perSecond: number | null };
}

/** Measurements of the gateway alone: with a larger table, after a million requests, and at its start. */
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

/** The ratio of one system's figure to another's in each round: the median, the lowest and the highest. */
export function ratio(one: Result, other: Result, key: keyof Measured = 'requestsPerSecond') {
  const ratios = one.rounds.map((round, i) => round[key] / (other.rounds[i]?.[key] ?? Number.NaN));
  return { median: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) };
}

/** Processor time of a system and of Postgres per request, as a multiple of another system's: the median of the rounds. */
export function costOf(system: Result, gateway: Result): number {
  const of = ({ serverMicros, postgresMicros }: Measured) => serverMicros + postgresMicros;
  return median(system.rounds.map((round, i) => of(round) / of(gateway.rounds[i] ?? round)));
}
