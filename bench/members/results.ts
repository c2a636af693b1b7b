import type { Machine } from '../machine.ts';
import type { Result } from '../results.ts';

/** A list of customers that replaced the members of a segment. */
export interface Replacement {
  customers: number;
  /** How many of them were members before. */
  before: number;
  seconds: number;
  /** Resident memory of the gateway, in MB. */
  rss: { before: number; peak: number; after: number };
  /** The longest that a small write of the account took meanwhile, and one of another account, in milliseconds. */
  longestWrite: { same: number; other: number };
}

/** All measurements, and where and how they were made. */
export interface MemberReport {
  run: {
    date: string;
    command: string;
    machine: Machine;
    /** The load average of the machine before the run. On a quiet machine, it is close to 0. */
    loadAverage: number;
    /** The program that sent the load. */
    generator: string;
    postgres: string;
    members: number;
    /** Members of the largest segment. */
    largest: number;
    seconds: number;
    rounds: number;
    connections: number;
  };
  results: Result[];
  /** The same over one connection. */
  latencies: Result[];
  /** Empty if the gateway cannot replace the members of a segment. */
  replacements: Replacement[];
}
