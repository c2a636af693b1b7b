import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Logged } from '../events/log-flaws.ts';
import { WAYS } from './follow-ways.ts';

/** Max time that a follower stays connected, and max events that it sees until it is cut. */
const MAX_MS = 2_000;
const MAX_EVENTS = 200;
const PAUSE_MS = 20;

/**
 * Follows the log from its beginning in every way, with a follower for each. A follower is cut at random times and between random
 * events. Each time, it resumes after the last event that it saw, at one of the gateways. Requests to a gateway that cannot be
 * reached are repeated.
 */
export function startFollowers(urls: () => string[]) {
  const ending = new AbortController();
  const followers = Object.keys(WAYS).map((way) => ({
    way,
    seen: [] as Logged[],
    cuts: 0,
    failure: '',
  }));

  const follow = async (follower: (typeof followers)[number]) => {
    const { way, seen } = follower;
    while (!ending.signal.aborted) {
      const cut = new AbortController();
      let left = 1 + Math.floor(Math.random() * MAX_EVENTS);
      const timer = setTimeout(() => cut.abort(), Math.random() * MAX_MS);
      const signal = AbortSignal.any([cut.signal, ending.signal]);
      const onEvent = (event: Logged) => {
        if (signal.aborted) return; // what arrives after the cut has not been seen
        seen.push(event);
        left -= 1;
        if (left === 0) cut.abort();
      };
      const choice = urls();
      const url = choice[Math.floor(Math.random() * choice.length)] ?? '';
      const after = String(seen.at(-1)?.n ?? 0);
      await WAYS[way]?.({ url, after, onEvent, signal }).catch((error: unknown) => {
        if (!signal.aborted) follower.failure = String(error);
      });
      clearTimeout(timer);
      if (cut.signal.aborted) follower.cuts += 1;
      await sleep(PAUSE_MS);
    }
  };
  const running = followers.map(follow);

  return {
    /** How often each follower was cut so far. */
    cuts: () => Object.fromEntries(followers.map(({ way, cuts }) => [way, cuts])),
    async stop(): Promise<void> {
      ending.abort();
      await Promise.all(running);
    },
    /** Waits until each follower has seen as many events as the log has. Fails unless they are exactly those of the log, in order. */
    async expectToSee(log: readonly Logged[]): Promise<void> {
      const last = log.at(-1)?.n ?? 0;
      const behind = () => followers.filter(({ seen }) => (seen.at(-1)?.n ?? 0) < last);
      await expect.poll(() => behind().map(({ way, failure }) => `${way}: ${failure}`)).toEqual([]);
      const expected = log.map(({ n, type, segmentId, version, requestId }) => ({
        n,
        type,
        segmentId,
        version,
        requestId,
      }));
      for (const { way, seen } of followers) expect(seen, way).toEqual(expected);
    },
  };
}
