import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { startPostgres } from './data.ts';
import { rssOf } from './kernel.ts';
import { caller } from './neighbours/caller.ts';
import { twoAccounts } from './neighbours/data.ts';
import { neighbour, type Seen } from './neighbours/neighbour.ts';
import type { Target } from './neighbours/target.ts';
import { start, systems } from './systems.ts';

/*
 * Measures how each kind of abuse by a big account affects a small one. In each round, the small account is measured alone and then
 * next to the abuse. docs/reliability.md shows the results.
 */
const PORT = 14_097;
const WARM_UP_MS = 500;
const COOL_DOWN_MS = 500;

const all = readdirSync(join(import.meta.dirname, 'neighbours', 'abuses')).map((file) =>
  file.replace(/\.ts$/, ''),
);
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '5' },
    rows: { type: 'string', default: '500000' },
    only: { type: 'string', default: all.join(',') },
  },
});
const seconds = Number(values.seconds);

interface Round {
  alone: Seen;
  seen: Seen;
  /** How often the gateway reported that it was ready. */
  ready: string;
  /** The answers that the abuser got. */
  answers: string;
}

const [gateway] = systems;
if (!gateway) throw new Error('There is no gateway.');

const postgres = await startPostgres(join(import.meta.dirname, '.data'));
const { url: databaseUrl, big, small } = await twoAccounts(postgres.url, Number(values.rows));
const begin = () => start(gateway, databaseUrl, PORT, { LOG_LEVEL: 'silent' });
let running = await begin();

try {
  await neighbour(running.url, small, 2); // until the gateway is warm
  console.log(
    '| beside | failed | p50 ms | p99 ms | alone p50 | alone p99 | p99 of alone | ready | RSS MB | the abuser saw |\n|---|---|---|---|---|---|---|---|---|---|',
  );
  for (const name of values.only.split(',')) {
    const rounds: Round[] = [];
    for (let i = 0; i < Number(values.rounds); i++) {
      const alone = await neighbour(running.url, small, seconds);
      rounds.push({ alone, ...(await beside(name, { url: running.url, databaseUrl, big })) });
      await sleep(COOL_DOWN_MS);
    }
    console.log(rowOf(name, rounds));
    if (memory() === 'ended') running = await begin();
  }
} finally {
  await running.stop();
  await postgres.stop();
}

/** Measures the neighbour and the readiness of the gateway during an abuse. */
async function beside(name: string, target: Target) {
  const worker = new Worker(new URL('./neighbours/worker.ts', import.meta.url), {
    workerData: { name, target },
  });
  const ended = once(worker, 'exit');
  const told = once(worker, 'message');
  await sleep(WARM_UP_MS);
  const isOver = new AbortController();
  const watched = readiness(target.url, isOver.signal);
  const seen = await neighbour(target.url, small, seconds);
  isOver.abort();
  const ready = await watched;
  worker.postMessage('stop');
  const answers = await Promise.race([
    told.then(([answers]) => JSON.stringify(answers)),
    sleep(15_000, 'nothing'),
  ]);
  await worker.terminate();
  await ended;
  return { seen, ready, answers };
}

async function readiness(url: string, isOver: AbortSignal): Promise<string> {
  const by = caller(url, { address: '127.0.0.3', sockets: 1 });
  let asked = 0;
  let ready = 0;
  while (!isOver.aborted) {
    asked += 1;
    const answer = await by.send({ path: '/health/ready' }, AbortSignal.timeout(5_000)).catch(() => null);
    if (answer?.status === 200) ready += 1;
    await sleep(100);
  }
  by.close();
  return ready === asked ? 'all' : `${ready} of ${asked}`;
}

/** The resident memory of the gateway in MB, or `ended`. */
function memory(): string {
  try {
    return rssOf(running.pid).toFixed(0);
  } catch {
    return 'ended';
  }
}

/** Formats the medians of the rounds, and all failures. */
function rowOf(name: string, rounds: readonly Round[]): string {
  const median = (of: (round: Round) => number): number =>
    rounds.map(of).sort((a, b) => a - b)[Math.floor(rounds.length / 2)] ?? 0;
  const failed = rounds.flatMap(({ seen }) => [...seen.failed].map(([code, times]) => `${times} × ${code}`));
  const requests = rounds.reduce((sum, { seen }) => sum + seen.requests, 0);
  const cells = [
    name,
    `${failed.join(', ') || 0} of ${requests}`,
    median(({ seen }) => seen.p50).toFixed(1),
    median(({ seen }) => seen.p99).toFixed(1),
    median(({ alone }) => alone.p50).toFixed(1),
    median(({ alone }) => alone.p99).toFixed(1),
    `${median(({ seen, alone }) => seen.p99 / alone.p99).toFixed(1)} ×`,
    rounds.every(({ ready }) => ready === 'all') ? 'all' : rounds.map(({ ready }) => ready).join(', '),
    memory(),
    rounds.map(({ answers }) => answers).join(' '),
  ];
  return `| ${cells.join(' | ')} |`;
}
