import type { Sample } from './data.ts';
import { cpuOf, cpuOfChildren, rssOf, usedBetween } from './kernel.ts';
import type { Answers, Asked, Load } from './load/generator.ts';
import { wrk, wrkVersion } from './load/wrk.ts';
import type { Started } from './systems.ts';
import type { Workload } from './workloads.ts';

const REQUESTS = 400;

const version = wrkVersion();
/** The program that sends the load. */
export const generatorName = version ?? 'autocannon';
const generate = version ? wrk() : (await import('./load/autocannon.ts')).fromAutocannon;

export interface Measured extends Omit<Answers, 'failed' | 'refused'> {
  /** Microseconds of processor time per request. */
  serverMicros: number;
  postgresMicros: number;
  /** In MB. */
  rss: number;
}

/** The requests of a workload in the form that a system expects, with the headers of the callers. */
export function requestsOf<Of extends Sample>(
  { system }: Pick<Started, 'system'>,
  workload: Workload<Of>,
  samples: readonly Of[],
): Asked[] {
  return Array.from({ length: REQUESTS }, (_, nth) => {
    const sample = samples[nth % samples.length];
    if (!sample) throw new Error('There are no samples.');
    const given = workload.request(sample, Math.floor(nth / samples.length) + nth);
    const { method, path, body } = system.translate?.(given, sample) ?? given;
    const headers = { ...system.headers(sample), ...(body && { 'content-type': 'application/json' }) };
    return { method, path, headers, ...(body && { body: JSON.stringify(body) }) };
  });
}

/** How much the share of requests that miss may differ from that of the workload: the last requests are not a whole turn. */
const TOLERANCE = 0.05;

/** Loads a system with a workload for so many seconds. Throws if any answer is not what the workload expects. */
export async function measure<Of extends Sample>(
  started: Started,
  workload: Workload<Of>,
  samples: readonly Of[],
  { postmaster, ...load }: Load & { postmaster: number },
): Promise<Measured> {
  const requests = requestsOf(started, workload, samples);
  const before = { server: cpuOf(started.pid), postgres: cpuOfChildren(postmaster) };
  const { failed, refused, ...answers } = await generate(started.url, requests, load);
  const server = cpuOf(started.pid) - before.server;
  const postgres = usedBetween(before.postgres, cpuOfChildren(postmaster));
  const { misses = 0 } = workload;
  const isExpected = misses ? Math.abs(refused / answers.total - misses) < TOLERANCE : refused === 0;
  if (failed || !isExpected) {
    throw new Error(`${started.system.name}, ${workload.name}: ${failed ?? `${refused} refused`}`);
  }
  return {
    ...answers,
    serverMicros: server / answers.total,
    postgresMicros: postgres / answers.total,
    rss: rssOf(started.pid),
  };
}
