import type pg from 'pg';
import type { Database } from './connect.ts';

/** The moment that the database told, and when it was asked and answered by a clock that only goes forward. */
export interface Reading {
  asked: number;
  /** Milliseconds since 1970, with fractions. */
  moment: number;
  answered: number;
}

/** Where the difference between the database's clock and ours lies. It was known at some moment of ours. */
interface Range {
  min: number;
  max: number;
  at: number;
}

/** How far two clocks drift apart, as a part of the time that passes. Of clocks that drift faster, every second reading counts. */
const DRIFT = 50e-6;

/**
 * The database's clock, as it is known from readings. All gateways of a database share it, whatever their own clocks say.
 *
 * `now` is at or after the database's time, by at most the way of the quickest request to it. A write takes at least that long,
 * so the moment at which a creation began lies before the moment at which it was acknowledged, by the database's clock:
 * creations in turn have moments in turn, at whichever gateways.
 *
 * A clock that was set is believed from the second reading that agrees on it, so that one wrong reading changes nothing.
 * Before the first reading, the time is `start` and what has passed since.
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

/** What two ranges have in common at the later one's moment; null where they contradict each other. */
function overlap(earlier: Range, later: Range): Range | null {
  const drift = (later.at - earlier.at) * DRIFT;
  const min = Math.max(earlier.min - drift, later.min);
  const max = Math.min(earlier.max + drift, later.max);
  return min <= max ? { min, max, at: later.at } : null;
}

const EVERY_MS = 5_000;
/** The database is asked until so many answers in a row were no quicker than the quickest, or for so long. */
const ASKED = { inVain: 4, milliseconds: 250 };

/**
 * Follows the database's clock. The first readings are waited for; without an answer, the clock of this machine counts
 * until one comes. A database that is away is no failure: the time goes on from the last reading.
 */
export async function followClock({ probe }: Pick<Database, 'probe'>) {
  const clock = databaseClock(Date.now());
  let isReading = false;

  const read = async () => {
    if (isReading) return;
    isReading = true;
    try {
      const client = await probe.connect(); // before the time is taken: a wait makes no reading wide
      try {
        clock.take(await quickestReading(client));
      } finally {
        client.release();
      }
    } catch {
      // The next reading comes soon.
    } finally {
      isReading = false;
    }
  };

  await read();
  const timer = setInterval(read, EVERY_MS).unref();
  return { now: clock.now, stop: () => clearInterval(timer) };
}

/** Of several readings the quickest: on a busy machine, one alone may have waited long on its way. */
async function quickestReading(client: pg.PoolClient): Promise<Reading> {
  let quickest = await readingOf(client);
  const end = quickest.asked + ASKED.milliseconds;
  for (let inVain = 0; inVain < ASKED.inVain && performance.now() < end; inVain++) {
    const reading = await readingOf(client);
    if (wayOf(reading) >= wayOf(quickest)) continue;
    quickest = reading;
    inVain = -1;
  }
  return quickest;
}

const wayOf = ({ asked, answered }: Reading): number => answered - asked;

async function readingOf(client: pg.PoolClient): Promise<Reading> {
  const asked = performance.now();
  const { rows } = await client.query<{ moment: number }>(
    `select date_part('epoch', clock_timestamp()) * 1000 as moment`,
  );
  return { asked, moment: Number(rows[0]?.moment), answered: performance.now() };
}
