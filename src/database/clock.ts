import type pg from 'pg';
import type { Database } from './connect.ts';

/** The time of the database's clock, and when it was requested and received by our own monotonic clock. */
export interface Reading {
  asked: number;
  /** Milliseconds since 1970, with fractions. */
  moment: number;
  answered: number;
}

/** Bounds of the difference between the database's clock and ours, and when they were measured by ours. */
interface Range {
  min: number;
  max: number;
  at: number;
}

/** How far two clocks drift apart, relative to the time that passes. If they drift faster, only every second reading counts. */
const DRIFT = 50e-6;

/**
 * An estimate of the database's clock, from readings of it. All gateways of a database share that clock, whatever their own say.
 *
 * `now` is never behind the database's time, and ahead of it by at most the round trip of the quickest reading. A write takes at
 * least as long, so a creation is dated before the moment at which it is acknowledged, by the database's clock. If a creation
 * begins after another one was acknowledged, at any gateway, it is dated later.
 *
 * A change of the database's clock is followed once two readings agree on it, so that one wrong reading changes nothing.
 * Before the first reading, the time is `start` plus the time that has passed since.
 */
export function databaseClock(start: number, monotonic: () => number = () => performance.now()) {
  let offset = start - monotonic();
  let known: Range | null = null;
  let doubted: Range | null = null;

  return {
    now: (): number => monotonic() + offset,
    take({ asked, moment, answered }: Reading): void {
      const seen = { min: moment - answered, max: moment - asked, at: answered };
      const agreed = known ? overlap(known, seen) : seen;
      const believed = agreed ?? (doubted && overlap(doubted, seen));
      doubted = believed ? null : seen;
      if (!believed) return;
      known = believed;
      offset = believed.max;
    },
  };
}

/** The intersection of two ranges at the time of the later one; null if they contradict each other. */
function overlap(earlier: Range, later: Range): Range | null {
  const drift = (later.at - earlier.at) * DRIFT;
  const min = Math.max(earlier.min - drift, later.min);
  const max = Math.min(earlier.max + drift, later.max);
  return min <= max ? { min, max, at: later.at } : null;
}

const EVERY_MS = 5_000;
/** Readings stop after so many in a row that were no quicker than the quickest one, or after so much time. */
const ASKED = { inVain: 4, milliseconds: 250 };

/**
 * Follows the database's clock. Waits for the first reading; if it fails, the clock of this machine is used until a reading
 * succeeds. While the database is unavailable, time goes on from the last reading.
 */
export async function followClock({ probe }: Pick<Database, 'probe'>) {
  const clock = databaseClock(Date.now());
  let isReading = false;

  const read = async () => {
    if (isReading) return;
    isReading = true;
    try {
      const client = await probe.connect(); // separately, so that waiting for the connection does not count
      try {
        clock.take(await quickestReading(client));
      } finally {
        client.release();
      }
    } catch {
      // The next reading comes in a few seconds.
    } finally {
      isReading = false;
    }
  };

  await read();
  const timer = setInterval(read, EVERY_MS).unref();
  return { now: clock.now, stop: () => clearInterval(timer) };
}

/** The quickest of several readings: on a busy machine, a single one may have been delayed. */
async function quickestReading(client: pg.PoolClient): Promise<Reading> {
  let quickest = await readingOf(client);
  const end = quickest.asked + ASKED.milliseconds;
  for (let inVain = 0; inVain < ASKED.inVain && performance.now() < end; inVain++) {
    const reading = await readingOf(client);
    if (roundTripOf(reading) >= roundTripOf(quickest)) continue;
    quickest = reading;
    inVain = -1;
  }
  return quickest;
}

const roundTripOf = ({ asked, answered }: Reading): number => answered - asked;

async function readingOf(client: pg.PoolClient): Promise<Reading> {
  const asked = performance.now();
  const { rows } = await client.query<{ moment: number }>(
    `select date_part('epoch', clock_timestamp()) * 1000 as moment`,
  );
  return { asked, moment: Number(rows[0]?.moment), answered: performance.now() };
}
