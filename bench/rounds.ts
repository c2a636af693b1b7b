import type { Sample } from './data.ts';
import type { Load } from './load/generator.ts';
import { type Measured, measure, requestsOf } from './load.ts';
import { medianOf, type Result } from './results.ts';
import type { Started } from './systems.ts';
import type { Workload } from './workloads.ts';

/**
 * The load before the measurements. It has several connections even if the measurements have one: over one, a second is too short to
 * compile what a request uses, and a part of the compilation would be measured.
 */
const WARM_UP = { seconds: 1, minConnections: 32 };

/** Measures systems under a workload. In each round they are measured in turn. Prints a line for each system. */
export async function measureInTurn<Of extends Sample>(
  taking: readonly Started[],
  workload: Workload<Of>,
  samples: readonly Of[],
  { rounds, ...load }: Load & { rounds: number; postmaster: number },
): Promise<Result[]> {
  const results = taking.map(
    ({ system }): Result => ({
      face: workload.face,
      workload: workload.name,
      connections: load.connections,
      system: system.name,
      rounds: [],
    }),
  );
  const { seconds, minConnections } = WARM_UP;
  const connections = Math.max(load.connections, minConnections);
  for (const each of taking) await measure(each, workload, samples, { ...load, seconds, connections });
  for (let round = 0; round < rounds; round++) {
    for (const [i, each] of taking.entries()) {
      results[i]?.rounds.push(await measure(each, workload, samples, load));
    }
  }
  for (const result of results) console.log(line(result));
  return results;
}

/** Returns the answer of a system to the first request of a workload. Throws unless it has data. Called before it is measured. */
export async function check<Of extends Sample>(
  started: Started,
  workload: Workload<Of>,
  samples: readonly Of[],
): Promise<string> {
  const [first] = requestsOf(started, workload, samples);
  if (!first) throw new Error('There are no requests.');
  const { path, ...init } = first;
  const response = await fetch(started.url + path, init);
  const text = await response.text();
  if (!response.ok || text.includes('"errors"') || !text.includes(workload.shows ?? '"id"')) {
    throw new Error(`${started.system.name}, ${workload.name}: ${response.status} ${text.slice(0, 300)}`);
  }
  return text;
}

function line(result: Result): string {
  const { face, workload, connections, system } = result;
  const of = (key: keyof Measured) => medianOf(result, key);
  return [
    `${face} ${workload} @${connections}`.padEnd(48),
    system.padEnd(26),
    of('requestsPerSecond').toFixed(0).padStart(7),
    `p50 ${of('p50').toFixed(2)} p99 ${of('p99').toFixed(1)} cpu ${of('serverMicros').toFixed(0)}+${of('postgresMicros').toFixed(0)} us rss ${of('rss').toFixed(0)}`,
  ].join(' ');
}
