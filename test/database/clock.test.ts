import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { databaseClock } from '../../src/database/clock.ts';
import { birthOf, segmentIds } from '../../src/segments/segment-id.ts';

const NOW = 1_795_472_361_045;
const HOUR = 3_600_000;

/** A database with its clock, and gateways that read it while time passes. All times are in milliseconds. */
function world() {
  let passed = 0;
  let jump = 0;
  const moment = () => NOW + passed + jump;
  return {
    moment,
    pass: (milliseconds: number) => {
      passed += milliseconds;
    },
    /** Sets the offset of the database's clock from the real time. */
    set: (milliseconds: number) => {
      jump = milliseconds;
    },
    /** A gateway on a machine whose clock and uptime have this offset from the real time. */
    gateway(offset: number) {
      const clock = databaseClock(NOW + offset, () => passed + offset);
      return {
        now: clock.now,
        birth: segmentIds(clock.now),
        /** Reads the database's clock with a request and an answer that take this long. */
        read(there = 0.1, back = 0.1) {
          const asked = passed + offset;
          passed += there;
          const told = moment();
          passed += back;
          clock.take({ asked, moment: told, answered: passed + offset });
        },
      };
    },
  };
}

describe('gateways of one database', () => {
  it('create ids in order, whatever their own clocks say', () => {
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

  it('are never behind the database, and ahead of it by at most the fastest request', () => {
    const delay = fc.double({ min: 0.05, max: 500, noNaN: true });
    const readings = fc.array(fc.tuple(delay, delay), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(readings, (delays) => {
        const { gateway, moment, pass } = world();
        const { read, now } = gateway(-HOUR);
        let fastest = Infinity;
        for (const [there, back] of delays) {
          read(there, back);
          fastest = Math.min(fastest, there);
          expect(now() - moment()).toBeGreaterThan(-0.01);
          expect(now() - moment()).toBeLessThan(fastest + delays.length * 3); // plus possible drift since then
          pass(5_000);
        }
      }),
      { seed: 16 },
    );
  });
});

describe("the database's clock", () => {
  it("is used from the first reading on, and the machine's own clock before it", () => {
    const { gateway, moment } = world();
    const { now, read } = gateway(2 * HOUR);
    expect(now()).toBe(NOW + 2 * HOUR);
    read();
    expect(Math.abs(now() - moment())).toBeLessThan(1);
  });

  it('is ignored if it is wrong only once', () => {
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

  it('is followed from the second reading after it was set, forwards or backwards', () => {
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
