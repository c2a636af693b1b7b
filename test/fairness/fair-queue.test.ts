import { AsyncLocalStorage } from 'node:async_hooks';
import { stat } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fairQueue } from '../../src/fairness/fair-queue.ts';

const LIMITS = { slots: 3, perAccount: 2, maxWaiting: 100, patienceMs: 60_000 };

/** A queue with its own clock, and its work by name: what has begun, in order, and what is running. */
function trial(limits: Partial<typeof LIMITS> = {}) {
  let time = 0;
  const queue = fairQueue({ ...LIMITS, ...limits, clock: () => time });
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    begun,
    running: () => [...ends.keys()],
    ask: (account: string | null, name: string) =>
      queue.run(account, () => {
        begun.push(name);
        return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
      }),
    /** Ends a piece of work after this many milliseconds. */
    async end(name: string, after = 1) {
      time += after;
      ends.get(name)?.();
      ends.delete(name);
      await settle();
    },
    async pass(milliseconds: number) {
      time += milliseconds;
      await settle();
    },
  };
}

describe('a fair queue', () => {
  it('leaves a slot to other accounts, however much work one account has', async () => {
    const { ask, begun } = trial();
    for (let i = 0; i < 50; i++) void ask('heavy', `heavy ${i}`);
    void ask('light', 'light');
    expect(begun).toEqual(['heavy 0', 'heavy 1', 'light']);
  });

  it('serves accounts in turn, however much work each has waiting', async () => {
    const { ask, begun, end, pass } = trial({ slots: 1, perAccount: 1 });
    for (const i of [1, 2, 3]) void ask('heavy', `heavy ${i}`);
    await pass(1);
    for (const i of [1, 2]) void ask('light', `light ${i}`);
    for (const name of ['heavy 1', 'light 1', 'heavy 2', 'light 2']) await end(name);
    expect(begun).toEqual(['heavy 1', 'light 1', 'heavy 2', 'light 2', 'heavy 3']);
  });

  it('serves an account that uses little time before one that uses the time of two slots', async () => {
    const { ask, begun, end } = trial({ slots: 2, perAccount: 2 });
    for (const i of [1, 2, 3, 4]) void ask('heavy', `heavy ${i}`);
    await end('heavy 1', 100);
    await end('heavy 2', 100);
    void ask('light', 'light 1');
    await end('heavy 3', 100);
    void ask('light', 'light 2');
    void ask('heavy', 'heavy 5');
    await end('light 1');
    expect(begun.slice(4)).toEqual(['light 1', 'light 2']);
  });

  it('lets no account yield for longer than half of the maximum wait', async () => {
    const { ask, begun, end, pass } = trial({ patienceMs: 1_000 });
    for (const name of ['heavy 1', 'heavy 2']) void ask('heavy', name);
    void ask(null, 'shared 1');
    await end('heavy 1', 100_000);
    await end('heavy 2', 0);
    for (const name of ['shared 2', 'shared 3']) void ask(null, name);
    void ask('heavy', 'heavy 3');
    await pass(501);
    void ask('light', 'light');
    await end('shared 1', 0);
    expect(begun.at(-1)).toBe('heavy 3');
  });

  it('begins the work of an account in order of arrival', async () => {
    const { ask, begun, end } = trial({ slots: 1, perAccount: 1 });
    for (const name of ['a', 'b', 'c']) void ask('one', name);
    for (const name of ['a', 'b', 'c']) await end(name);
    expect(begun).toEqual(['a', 'b', 'c']);
  });

  it('serves work that belongs to no account in its turn, in any slot', async () => {
    const { ask, begun, end, pass } = trial();
    for (let i = 0; i < 3; i++) void ask(null, `shared ${i}`);
    void ask('one', 'one');
    await pass(1);
    void ask(null, 'shared 3');
    await end('shared 0');
    await end('shared 1');
    expect(begun.slice(3)).toEqual(['one', 'shared 3']);
  });

  it('refuses work immediately if too much work of its account is waiting', async () => {
    const { ask } = trial({ slots: 1, perAccount: 1, maxWaiting: 1 });
    void ask('one', 'runs');
    void ask('one', 'waits');
    await expect(ask('one', 'too much')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      outcome: 'not_applied',
    });
    void ask('other', 'may wait');
  });

  it('refuses work that has waited too long, and never begins it', async () => {
    const { ask, begun, end, pass } = trial({ slots: 1, perAccount: 1, patienceMs: 1_000 });
    void ask('one', 'runs');
    const late = ask('one', 'late');
    await pass(1_001);
    await expect(late).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      outcome: 'not_applied',
      message: 'The database is busy. Try again in a moment.',
    });
    await end('runs');
    expect(begun).toEqual(['runs']);
  });

  it('refuses waiting and new work once it is closed, and lets running work end', async () => {
    const queue = fairQueue({ ...LIMITS, slots: 1, perAccount: 1 });
    const { promise, resolve } = Promise.withResolvers<string>();
    const runs = queue.run('one', () => promise);
    const waits = queue.run('one', async () => 'waited');
    queue.close();
    resolve('ran');
    await expect(runs).resolves.toBe('ran');
    await expect(waits).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(queue.run('one', async () => 'late')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('gives the slot of failed work to the next', async () => {
    const queue = fairQueue({ ...LIMITS, slots: 1, perAccount: 1 });
    const failed = queue.run('one', () => Promise.reject(new Error('no')));
    const next = queue.run('one', async () => 'yes');
    await expect(failed).rejects.toThrow('no');
    await expect(next).resolves.toBe('yes');
  });

  it('completes all work once and within its limits, in whatever order it arrives and ends', async () => {
    const account = fc.constantFrom('a', 'b', 'c', null);
    const steps = fc.array(
      fc.oneof(fc.record({ ask: account }), fc.record({ end: fc.nat(10), after: fc.nat(50) })),
      {
        maxLength: 60,
      },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (steps) => {
        const { ask, running, end, begun } = trial();
        const asked: Promise<string>[] = [];
        const check = () => {
          expect(running().length).toBeLessThanOrEqual(LIMITS.slots);
          for (const name of ['a', 'b', 'c']) {
            const ofOne = running().filter((each) => each.startsWith(name)).length;
            expect(ofOne).toBeLessThanOrEqual(LIMITS.perAccount);
          }
        };
        for (const step of steps) {
          if ('ask' in step) asked.push(ask(step.ask, `${step.ask} ${asked.length}`));
          else await end(running()[step.end % Math.max(1, running().length)] ?? '', step.after);
          check();
        }
        while (running().length > 0) await end(running()[0] ?? '');
        const names = await Promise.all(asked);
        expect([...begun].sort()).toEqual([...names].sort());
      }),
      { seed: 11, numRuns: 200 },
    );
  });
});

describe('work that has waited', () => {
  it('begins in the asynchronous context of its caller, not in that of the work before it', async () => {
    const caller = new AsyncLocalStorage<string>();
    const queue = fairQueue({ ...LIMITS, slots: 1, perAccount: 1 });
    const ask = (name: string) =>
      caller.run(name, () =>
        queue.run(name, async () => stat(import.meta.filename).then(() => caller.getStore())),
      );
    expect(await Promise.all(['ada', 'bob', 'eve'].map(ask))).toEqual(['ada', 'bob', 'eve']);
  });
});

describe('work that waits while the event loop is blocked', () => {
  it('begins, if the slot that it needs became free meanwhile', async () => {
    const patienceMs = 100;
    const queue = fairQueue({ ...LIMITS, slots: 1, perAccount: 1, patienceMs });
    const first = queue.run('ada', () => stat(import.meta.filename)); // another thread does it
    const second = queue.run('ada', async () => 'begun');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5 * patienceMs);
    expect(await second).toBe('begun');
    await first;
  });
});
