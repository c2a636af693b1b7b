import { setTimeout as sleep } from 'node:timers/promises';
import type { Sample } from '../data.ts';
import { cpuOf, cpuOfChildren, rssOf, usedBetween } from '../kernel.ts';
import type { Asked } from '../load/generator.ts';
import type { Started } from '../systems.ts';
import type { Api } from './api.ts';
import { type Spread, spreadOf } from './arrivals.ts';
import { openStreams } from './streams.ts';

/** The server that is written to, the one that is followed (it can be the same), and how. */
export interface Path {
  writer: Started;
  followed: Started;
  api: Api;
  sample: Sample;
}

export interface Load {
  followers: number;
  events: number;
  /** Returns the milliseconds between the start of the load and the nth write. */
  dueMs(nth: number): number;
  postmaster: number;
}

export interface Delivery {
  /** From sending a write until the last follower has its event. It includes the write. */
  ms: Spread;
  /** Events that followers should have received, and those that they did not. */
  expected: number;
  missed: number;
  writes: number;
  /** Writes that the client sent a second. Fewer than planned if the machine is too busy. */
  writesPerSecond: number;
  /** Writes that were not acknowledged. They may have been applied. */
  unacknowledged: number;
  /** Microseconds of processor time of the followed server and of Postgres for each event that a follower received. */
  serverMicros: number;
  postgresMicros: number;
  /** Events received a second, by all followers together, from the first write to the last arrival. */
  perSecond: number;
  /** The most resident memory of the followed server, in MB. */
  maxRss: number;
}

/** Measures how followers of one account receive its events. */
export async function deliver({ writer, followed, api, sample }: Path, load: Load): Promise<Delivery> {
  const { followers, events, dueMs, postmaster } = load;
  const asked = api.follow(followed.system.headers(sample));
  const streams = await openStreams(
    followed.url,
    Array.from({ length: followers }, () => asked),
    events,
  );
  let maxRss = 0;
  const watch = setInterval(() => {
    maxRss = Math.max(maxRss, rssOf(followed.pid));
  }, 200);
  try {
    await sleep(500);
    const before = { server: cpuOf(followed.pid), postgres: cpuOfChildren(postmaster) };
    const sent: number[] = [];
    const writes: Promise<true | string>[] = [];
    const began = performance.now();
    for (let i = 0; i < events; i++) {
      await sleep(Math.max(0, began + dueMs(i) - performance.now()));
      sent.push(performance.now());
      writes.push(send(writer.url, api.create(writer.system.headers(sample), `event ${i}`)));
    }
    const acknowledged = await Promise.all(writes);
    await streams.settled(events);
    const received = streams.arrivals.total();
    const lasts = sent.map((_, i) => streams.arrivals.last(i));
    const arrived = lasts.filter((at) => !Number.isNaN(at));
    const refusal = acknowledged.find((answer) => answer !== true);
    if (refusal)
      console.log(`${followed.system.name}, ${followers} followers: a write was answered ${refusal}`);
    const applied = acknowledged.filter((answer, i) => answer === true || !Number.isNaN(lasts[i])).length;
    const seconds = (Math.max(...arrived) - began) / 1000;
    return {
      ms: spreadOf(sent.map((at, i) => (lasts[i] ?? Number.NaN) - at)),
      expected: applied * followers,
      missed: applied * followers - received,
      writes: events,
      writesPerSecond: (1000 * (events - 1)) / ((sent.at(-1) ?? began) - began),
      unacknowledged: acknowledged.filter((answer) => answer !== true).length,
      serverMicros: (cpuOf(followed.pid) - before.server) / received,
      postgresMicros: usedBetween(before.postgres, cpuOfChildren(postmaster)) / received,
      perSecond: received / seconds,
      maxRss,
    };
  } finally {
    clearInterval(watch);
    streams.close();
  }
}

/** Sends a create. Returns true if it was acknowledged, otherwise what the answer was. */
export async function send(url: string, { path, ...init }: Asked): Promise<true | string> {
  try {
    const response = await fetch(url + path, init);
    const text = await response.text();
    if (response.ok && text.includes('"id"')) return true;
    return `${response.status} ${text.slice(0, 200)}`;
  } catch (error) {
    return String(error);
  }
}
