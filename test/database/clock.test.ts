import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { databaseClock } from '../../src/database/clock.ts';
import { birthOf, segmentIds } from '../../src/segments/segment-id.ts';

const NOW = 1_795_472_361_045;
const HOUR = 3_600_000;

/** A database and the time that passes, in milliseconds, with gateways that follow the one and go through the other. */
function world() {
  let passed = 0;
  let jump = 0;
  const moment = () => NOW + passed + jump;
  return {
    moment,
    pass: (milliseconds: number) => {
      passed += milliseconds;
    },
    /** Sets the database's clock so far from the time that it is. */
    set: (milliseconds: number) => {
      jump = milliseconds;
    },
    /** A gateway whose machine was started at another time and believes in another day. */
    gateway(own: number) {
      const clock = databaseClock(NOW + own, () => passed + own);
      return {
        now: clock.now,
        birth: segmentIds(clock.now),
        /** Reads the database's clock, over a way that takes so long there and back. */
        read(there = 0.1, back = 0.1) {
          const asked = passed + own;
          passed += there;
          const told = moment();
          passed += back;
          clock.take({ asked, moment: told, answered: passed + own });
        },
      };
    },
  };
}

describe('gateways of one database', () => {
  it('make ids in the order of creation, whatever their own clocks say', () => {
    const { gateway, pass } = world();
    const gateways = [gateway(5 * 60_000), gateway(-5 * 60_000), gateway(0)];
    for (const each of gateways) each.read();
    const ids: string[] = [];
    for (let i = 0; i < 30; i++) {
      ids.push(gateways[i % 3]?.birth().id ?? '');
      pass(0.2);
    }
    expect(ids).toEqual(ids.toSorted());
  });

  it('are never behind the database, and ahead of it by at most the way to it', () => {
    const way = fc.double({ min: 0.05, max: 500, noNaN: true });
    const readings = fc.array(fc.tuple(way, way), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(readings, (ways) => {
        const { gateway, moment, pass } = world();
        const { read, now } = gateway(-HOUR);
        let quickest = Infinity;
        for (const [there, back] of ways) {
          read(there, back);
          quickest = Math.min(quickest, there);
          expect(now() - moment()).toBeGreaterThan(-0.01);
          expect(now() - moment()).toBeLessThan(quickest + ways.length * 3); // what may have drifted since
          pass(5_000);
        }
      }),
      { seed: 16 },
    );
  });
});

describe("the database's clock", () => {
  it('counts from the first reading; until then, that of this machine', () => {
    const { gateway, moment } = world();
    const { now, read } = gateway(2 * HOUR);
    expect(now()).toBe(NOW + 2 * HOUR);
    read();
    expect(Math.abs(now() - moment())).toBeLessThan(1);
  });

  it('that is wrong once changes nothing', () => {
    const { gateway, moment, set } = world();
    const { now, read } = gateway(0);
    read();
    set(2 * HOUR);
    read();
    set(0);
    expect(Math.abs(now() - moment())).toBeLessThan(1);
    read();
    expect(Math.abs(now() - moment())).toBeLessThan(1);
  });

  it('that was set is followed from the second reading, ahead and back', () => {
    const { gateway, moment, set } = world();
    const { now, read, birth } = gateway(0);
    for (const jump of [0, 2 * HOUR, 0, -HOUR, 0]) {
      set(jump);
      read();
      read();
      expect(Math.abs(now() - moment())).toBeLessThan(1);
      const { id, createdAt } = birth();
      expect(Math.abs(createdAt.getTime() - moment())).toBeLessThan(2);
      expect(birthOf(id)).toEqual(createdAt);
    }
  });
});
