import { beforeAll, describe, expect, it } from 'vitest';
import { type TestGateway, testGateway, type Who } from '../harness.ts';
import { LONG_INPUTS } from './long-inputs.ts';
import { sendRaw } from './socket.ts';
import { bytesOf, HOSTILE_INPUTS, type HostileInput } from './time-inputs.ts';

const withIntrospection = testGateway();
const withoutIntrospection = testGateway({ introspection: false });

/**
 * The longest time that an input may block the event loop, as a number of ordinary requests. One request took 0.5 ms of
 * processor time (2026-11-25, with its client in the same process), so the limit was 50 ms.
 */
const MAX_REQUESTS = 100;
/** An input that took too long is tried again: a garbage collection may have run meanwhile. */
const TRIES = 5;

let salt = 0;

const used = ({ user, system }: NodeJS.CpuUsage): number => user + system;

/** The processor time of the longest turn of the event loop while `run` is pending, in microseconds. */
async function longestTurn(run: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let isOver = false;
  let before = process.threadCpuUsage();
  const measure = () => {
    const now = process.threadCpuUsage();
    longest = Math.max(longest, used(now) - used(before));
    before = now;
    if (!isOver) setImmediate(measure);
  };
  setImmediate(measure);
  await run();
  isOver = true;
  return longest;
}

const send = (gateway: TestGateway, input: HostileInput, as: Who | null) => {
  salt += 1;
  return sendRaw(gateway.url, bytesOf(input, as ? gateway.authorization(as).authorization : undefined, salt));
};

/** The processor time of an ordinary request, in microseconds. */
async function ordinaryTime(): Promise<number> {
  const COUNT = 300;
  const before = process.threadCpuUsage();
  for (let i = 0; i < COUNT; i++) await send(withIntrospection, { name: 'a list' }, 'ada');
  return used(process.threadCpuUsage(before)) / COUNT;
}

let limit = 0;
beforeAll(async () => {
  await ordinaryTime(); // so that V8 has compiled the code
  limit = MAX_REQUESTS * (await ordinaryTime());
});

/** The longest time that an input blocks the event loop: the best of several tries if it takes too long. */
async function blockedTime(gateway: TestGateway, input: HostileInput, as: Who | null): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < TRIES && least > limit; i++) {
    least = Math.min(least, await longestTurn(() => send(gateway, input, as)));
  }
  return least;
}

describe.each([
  ['with a token', 'ada'],
  ['without a token', null],
] as const)('No input up to 64 KiB blocks the event loop for long, %s', (_, as) => {
  it.each([
    ['on', withIntrospection],
    ['off', withoutIntrospection],
  ])('if introspection is %s', async (_, gateway) => {
    const tooLong: Record<string, string> = {};
    for (const input of HOSTILE_INPUTS) {
      const time = await blockedTime(gateway, input, as);
      if (time > limit)
        tooLong[input.name] = `${Math.round((time / limit) * MAX_REQUESTS)} ordinary requests`;
    }
    expect(tooLong).toEqual({});
  });
});

it('No input up to 1 MiB blocks the event loop for long', async () => {
  const tooLong: Record<string, string> = {};
  for (const input of LONG_INPUTS) {
    const time = await blockedTime(withIntrospection, input, 'ada');
    if (time > limit) tooLong[input.name] = `${Math.round((time / limit) * MAX_REQUESTS)} ordinary requests`;
  }
  expect(tooLong).toEqual({});
});

it('None of the inputs caused a fault', () => {
  const faults = [...withIntrospection.logged, ...withoutIntrospection.logged].filter(
    ({ msg, requestId }) => msg === 'fault' && requestId,
  );
  expect(faults).toEqual([]);
});
