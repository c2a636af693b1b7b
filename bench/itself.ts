import { setTimeout as sleep } from 'node:timers/promises';
import type { Data } from './data.ts';
import { type Measured, measure } from './load.ts';
import { type Itself, median } from './results.ts';
import { launch, type Started, start, systems } from './systems.ts';
import { workloads } from './workloads.ts';

const PORT = 14_090;
const STARTS = 7;
const CONNECTIONS = 32;
/** Workloads that are also measured with a hundred times the rows. */
const GROWING = ['retrieve', 'list 10', 'list 10, deep'];
/** Resident memory is measured after so many requests. */
const REQUESTS = { early: 100_000, late: 1_000_000 };

interface Options {
  small: Data;
  large: Data;
  postmaster: number;
  seconds: number;
  rounds: number;
}

/** Measures the gateway alone: how a larger table slows it down, how its memory grows, and how long it takes to start. */
export async function measureItself({ small, large, postmaster, seconds, rounds }: Options): Promise<Itself> {
  const [gateway] = systems;
  if (!gateway) throw new Error('There is no gateway.');
  const run = { connections: CONNECTIONS, seconds, postmaster };

  const startMs = await milliseconds(large);
  const onSmall = await start(gateway, small.url, PORT);
  const onLarge = await start(gateway, large.url, PORT + 1);
  try {
    const memory = await memoryOf(onLarge, large, run);
    const growth = [];
    for (const workload of workloads.filter(({ face, name }) => face === 'rest' && GROWING.includes(name))) {
      await measure(onSmall, workload, small.samples, { ...run, seconds: 1 });
      const rows = { small: [] as Measured[], large: [] as Measured[] };
      for (let round = 0; round < rounds; round++) {
        rows.small.push(await measure(onSmall, workload, small.samples, run));
        rows.large.push(await measure(onLarge, workload, large.samples, run));
      }
      growth.push({ workload: workload.name, ...rows });
    }
    return { startMs, memory, growth, connections: CONNECTIONS };
  } finally {
    await onSmall.stop();
    await onLarge.stop();
  }
}

/** The time from the start of the process to its first page of segments, on a migrated database: the median of several starts. */
async function milliseconds({ url, samples }: Data): Promise<number> {
  const [gateway] = systems;
  const [sample] = samples;
  if (!gateway || !sample) throw new Error('There is no gateway, or no sample.');
  const times: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    const before = performance.now();
    const { child, url: at, stop } = launch(gateway, url, PORT);
    const page = `${at}/v1/customer-segments?limit=1`;
    while (!(await fetch(page, { headers: gateway.headers(sample) }).catch(() => null))?.ok) {
      if (child.exitCode !== null) throw new Error('The gateway did not start.');
      await sleep(2);
    }
    times.push(performance.now() - before);
    await stop();
  }
  return median(times);
}

async function memoryOf(
  started: Started,
  { samples }: Data,
  run: { connections: number; postmaster: number },
): Promise<Itself['memory']> {
  const [retrieve] = workloads;
  if (!retrieve) throw new Error('There are no workloads.');
  const memory: Itself['memory'] = [];
  let requests = 0;
  for (const aim of Object.values(REQUESTS)) {
    let rss = 0;
    while (requests < aim) {
      const measured = await measure(started, retrieve, samples, { ...run, seconds: 2 });
      requests += measured.total;
      rss = measured.rss;
    }
    memory.push({ requests, rss });
  }
  return memory;
}
