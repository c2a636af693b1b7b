import { setTimeout as sleep } from 'node:timers/promises';
import type { Sample } from '../data.ts';
import { rssOf } from '../kernel.ts';
import { measure } from '../load.ts';
import type { Started } from '../systems.ts';
import { workloads } from '../workloads.ts';
import type { Api } from './api.ts';
import type { LiveDatabase } from './database.ts';
import { openStreams } from './streams.ts';

export interface Idle {
  streams: number;
  accounts: number;
  /** Resident memory in MB of the warm process, and with the streams. */
  rssBefore: number;
  rssAfter: number;
  statementsPerSecond: number;
}

interface Options {
  api: Api;
  /** The accounts that follow, in turn. */
  samples: readonly Sample[];
  streams: number;
  countSeconds: number;
  database: LiveDatabase;
}

/** A backend of Postgres that is idle reports its statistics after ten seconds. Earlier, the opening of the streams would be counted. */
const REPORTED_MS = 12_000;

/** Measures what streams cost while nothing happens. The process should be warm: the heap of a new one grows by itself. */
export async function idleCost(
  { url, pid, system }: Started,
  { api, samples, streams: count, countSeconds, database }: Options,
): Promise<Idle> {
  const rssBefore = rssOf(pid);
  const asked = samples.map((sample) => api.follow(system.headers(sample)));
  const streams = await openStreams(
    url,
    Array.from({ length: Math.ceil(count / asked.length) }, () => asked)
      .flat()
      .slice(0, count),
  );
  try {
    await sleep(REPORTED_MS);
    const first = await database.statements();
    await sleep(countSeconds * 1000);
    const statements = (await database.statements()) - first;
    return {
      streams: count,
      accounts: samples.length,
      rssBefore,
      rssAfter: rssOf(pid),
      statementsPerSecond: statements / countSeconds,
    };
  } finally {
    streams.close();
  }
}

/** Loads a system with ordinary reads. */
export async function warmUp(
  started: Started,
  sample: Sample,
  { seconds, postmaster }: { seconds: number; postmaster: number },
): Promise<void> {
  const read = workloads.find(({ face, name }) => started.system.faces.includes(face) && name === 'retrieve');
  if (!read) throw new Error(`${started.system.name} has no reads.`);
  await measure(started, read, [sample], { connections: 32, seconds, postmaster }).catch((error) => {
    console.log(`warming up: ${error.message}`); // it is not a measurement
  });
}
