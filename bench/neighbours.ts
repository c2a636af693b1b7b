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

/* What a small account feels beside one abuse at a time. Prints a table; docs/reliability.md keeps what was seen. */
const PORT = 14_097;
const WARM_UP_MS = 500;
const COOL_DOWN_MS = 1_500;

const all = readdirSync(join(import.meta.dirname, 'neighbours', 'abuses')).map((file) =>
  file.replace(/\.ts$/, ''),
);
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rows: { type: 'string', default: '500000' },
    only: { type: 'string', default: all.join(',') },
  },
});
const seconds = Number(values.seconds);
const [gateway] = systems;
if (!gateway) throw new Error('There is no gateway.');

const postgres = await startPostgres(join(import.meta.dirname, '.data'));
const { url: databaseUrl, big, small } = await twoAccounts(postgres.url, Number(values.rows));
const begin = () => start(gateway, databaseUrl, PORT, { LOG_LEVEL: 'silent' });
let running = await begin();

try {
  await neighbour(running.url, small, 2); // until the gateway is warm
  const alone = await neighbour(running.url, small, seconds);
  console.log(
    '| beside | failed | p50 ms | p99 ms | p99 of alone | longest ms | ready | RSS MB | the abuser saw |\n|---|---|---|---|---|---|---|---|---|',
  );
  console.log(rowOf('nobody', alone, alone, 'all', ''));
  for (const name of values.only.split(',')) {
    const { seen, ready, answers } = await beside(name, { url: running.url, databaseUrl, big });
    console.log(rowOf(name, seen, alone, ready, answers));
    await sleep(COOL_DOWN_MS);
    if (memory() === 'ended') running = await begin();
  }
} finally {
  await running.stop();
  await postgres.stop();
}

/** The neighbour, and whether the gateway says that it is ready, while an abuse goes on. */
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

/** Of the gateway; or that it has ended. */
function memory(): string {
  try {
    return rssOf(running.pid).toFixed(0);
  } catch {
    return 'ended';
  }
}

function rowOf(
  name: string,
  { requests, failed, p50, p99, max }: Seen,
  alone: Seen,
  ready: string,
  answers: string,
): string {
  const count = [...failed.values()].reduce((sum, each) => sum + each, 0);
  const why = count > 0 ? ` (${[...failed].map(([code, times]) => `${times} × ${code}`).join(', ')})` : '';
  const cells = [
    name,
    `${count} of ${requests}${why}`,
    p50.toFixed(1),
    p99.toFixed(1),
    `${(p99 / alone.p99).toFixed(1)} ×`,
    max.toFixed(0),
    ready,
    memory(),
    answers,
  ];
  return `| ${cells.join(' | ')} |`;
}
