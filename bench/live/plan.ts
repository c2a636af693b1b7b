import type { Sample } from '../data.ts';
import type { LiveDatabase } from './database.ts';
import type { Load } from './delivery.ts';

/** What both parts of the benchmark measure with. */
export interface Bench {
  database: LiveDatabase;
  postmaster: number;
  /** The account with many followers. */
  sample: Sample;
  /** The accounts of idle streams. */
  samples: readonly Sample[];
  streams: number;
  countSeconds: number;
  warmUpSeconds: number;
  followers: number;
  /** How long there are many followers and a hundred events a second. */
  seconds: number;
  single(): Pace;
}

type Pace = Pick<Load, 'events' | 'dueMs'>;

export const PORTS = { followed: 14_120, written: 14_121 };
export const WITH_STREAMS = { LOG_LEVEL: 'silent', MAX_STREAMS_PER_ACCOUNT: '100000' };
/** A short load before the one that is measured. */
export const PREPARED: Omit<Load, 'postmaster'> = { followers: 10, ...steadily(1) };

/** A hundred events a second. */
export function steadily(seconds: number): Pace {
  return { events: 100 * seconds, dueMs: (nth) => nth * 10 };
}

/** Events at random distances of 10 to 50 ms, so that they do not keep step with any timer of the gateway. */
export function randomly(events: number): Pace {
  let ms = 0;
  const due = Array.from({ length: events }, () => {
    ms += 10 + Math.random() * 40;
    return ms;
  });
  return { events, dueMs: (nth) => due[nth] ?? ms };
}
