import { beforeAll, describe, expect, it } from 'vitest';
import { type TestGateway, testGateway, type Who } from '../harness.ts';
import { sendRaw } from './socket.ts';
import { bytesOf, HOSTILE_INPUTS, type HostileInput } from './time-inputs.ts';

const open = testGateway();
const closed = testGateway({ introspection: false });

/**
 * For how many ordinary requests an input may hold the event loop. One took 0.5 ms of processor time where this was
 * written, with its client in the same process: so 50 ms there.
 */
const MAX_REQUESTS = 100;
/** Another look at an input that took long: a garbage collection may have fallen into it. */
const LOOKS = 5;

let salt = 0;

const used = ({ user, system }: NodeJS.CpuUsage): number => user + system;

/** The processor time of the longest turn of the event loop while something runs, in microseconds. */
async function longestTurn(run: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let isOver = false;
  let before = process.threadCpuUsage();
  const look = () => {
    const now = process.threadCpuUsage();
    longest = Math.max(longest, used(now) - used(before));
    before = now;
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  await run();
  isOver = true;
  return longest;
}

const send = (gateway: TestGateway, input: HostileInput, as: Who | null) => {
  salt += 1;
  return sendRaw(gateway.url, bytesOf(input, as ? gateway.authorization(as).authorization : undefined, salt));
};

/** The processor time of an ordinary request, in microseconds. */
async function ordinary(): Promise<number> {
  const COUNT = 300;
  const before = process.threadCpuUsage();
  for (let i = 0; i < COUNT; i++) await send(open, { name: 'a list' }, 'ada');
  return used(process.threadCpuUsage(before)) / COUNT;
}

let limit = 0;
beforeAll(async () => {
  await ordinary(); // V8 has compiled it then
  limit = MAX_REQUESTS * (await ordinary());
});

/** How long an input holds the event loop, at best of several tries if it takes long. */
async function held(gateway: TestGateway, input: HostileInput, as: Who | null): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < LOOKS && least > limit; i++) {
    least = Math.min(least, await longestTurn(() => send(gateway, input, as)));
  }
  return least;
}

describe.each([
  ['with a token', 'ada'],
  ['without a token', null],
] as const)('No input of 64 KiB holds the event loop for long, %s', (_, as) => {
  it.each([
    ['open', open],
    ['closed', closed],
  ])('where the schema is %s', async (_, gateway) => {
    const late: Record<string, string> = {};
    for (const input of HOSTILE_INPUTS) {
      const time = await held(gateway, input, as);
      if (time > limit) late[input.name] = `${Math.round((time / limit) * MAX_REQUESTS)} ordinary requests`;
    }
    expect(late).toEqual({});
  });
});

it('None of them was a fault', () => {
  const faults = [...open.logged, ...closed.logged].filter(
    ({ msg, requestId }) => msg === 'fault' && requestId,
  );
  expect(faults).toEqual([]);
});
