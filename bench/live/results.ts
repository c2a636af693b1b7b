import type { Machine } from '../machine.ts';
import type { Cut } from './cut.ts';
import type { Delivery } from './delivery.ts';
import type { Idle } from './idle.ts';

/** Writes to one gateway, and followers of another on the same database. */
export interface Gateways {
  /** Whether gateways tell each other about new events, or only look for them. */
  how: 'notices' | 'polling';
  idle: Idle;
  /** A single follower. */
  single: Delivery;
  /** Many followers of one account. */
  many: Delivery;
}

/** A system whose followers are in the process that is written to. */
export interface Contender {
  name: string;
  rounds: Round[];
}

export interface Round {
  idle: Idle;
  single: Delivery;
  /** By the number of followers. */
  many: { followers: number; delivery: Delivery }[];
  cut: Cut;
}

/** All measurements, and where and how they were made. */
export interface LiveReport {
  run: {
    date: string;
    command: string;
    machine: Machine;
    /** The load average of the machine before the run. On a quiet machine, it is close to 0. */
    loadAverage: number;
    postgres: string;
    followers: number;
    seconds: number;
    countSeconds: number;
    /** Versions of the peers' packages. */
    versions: Record<string, string>;
  };
  gateways: Gateways[];
  contenders: Contender[];
}
