import { cpuOf, cpuOfChildren, rssOf, usedBetween } from '../kernel.ts';

/** What is watched while something is done: the gateway and Postgres. */
export interface Watched {
  pid: number;
  postmaster: number;
}

export interface Observed {
  seconds: number;
  /** Microseconds of processor time for each line. */
  gatewayMicros: number;
  postgresMicros: number;
  /** How much the resident memory of the gateway grew at most, in MB. */
  grewMB: number;
}

const SAMPLE_MS = 50;

/** Does something with so many lines, and observes what it costs. */
export async function observed(
  { pid, postmaster }: Watched,
  lines: number,
  work: () => Promise<unknown>,
): Promise<Observed> {
  const before = { gateway: cpuOf(pid), postgres: cpuOfChildren(postmaster), rss: rssOf(pid) };
  let peak = before.rss;
  const sampling = setInterval(() => {
    peak = Math.max(peak, rssOf(pid));
  }, SAMPLE_MS);
  const start = performance.now();
  try {
    await work();
  } finally {
    clearInterval(sampling);
  }
  return {
    seconds: (performance.now() - start) / 1000,
    gatewayMicros: (cpuOf(pid) - before.gateway) / lines,
    postgresMicros: usedBetween(before.postgres, cpuOfChildren(postmaster)) / lines,
    grewMB: peak - before.rss,
  };
}
