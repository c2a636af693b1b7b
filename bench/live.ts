import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { postmasterOf, type Sample, startPostgres } from './data.ts';
import { measureContenders } from './live/contenders.ts';
import { openLiveDatabase } from './live/database.ts';
import { measureGateways } from './live/gateways.ts';
import { type Bench, randomly } from './live/plan.ts';
import type { Gateways, LiveReport } from './live/results.ts';
import { commandOf, thisMachine } from './machine.ts';

/*
 * Measures live streams: how long an event takes to its followers, whether a thousand followers of one account keep up, and what
 * idle streams cost. docs/benchmarks-live.md shows the results.
 */
const { values } = parseArgs({
  options: {
    idle: { type: 'string', default: '5000' },
    followers: { type: 'string', default: '1000' },
    events: { type: 'string', default: '300' },
    seconds: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '3' },
    'warm-up': { type: 'string', default: '10' },
    'count-seconds': { type: 'string', default: '20' },
    /** `gateways` or `peers`. Only a complete run is published. */
    only: { type: 'string', default: '' },
  },
});
const loadAverage = loadavg()[0] ?? Number.NaN;
const STREAMS_PER_ACCOUNT = 10;
const folder = join(import.meta.dirname, '.data');

const postgres = await startPostgres(folder);
const database = await openLiveDatabase(postgres.url);
try {
  const streams = Number(values.idle);
  const samples: Sample[] = [];
  while (samples.length * STREAMS_PER_ACCOUNT < streams) {
    samples.push(await database.account(`idle-${samples.length}`));
  }
  const bench: Bench = {
    database,
    postmaster: postmasterOf(folder),
    sample: await database.account('popular'),
    samples,
    streams,
    countSeconds: Number(values['count-seconds']),
    warmUpSeconds: Number(values['warm-up']),
    followers: Number(values.followers),
    seconds: Number(values.seconds),
    single: () => randomly(Number(values.events)),
  };
  const gateways: Gateways[] = [];
  for (const how of ['notices', 'polling'] as const) {
    if (values.only === 'peers') continue;
    gateways.push(await measureGateways(bench, how));
    console.log(JSON.stringify(gateways.at(-1)));
  }
  const contenders = values.only === 'gateways' ? [] : await measureContenders(bench, Number(values.rounds));
  if (!values.only) await publish({ gateways, contenders });
} finally {
  await database.close();
  await postgres.stop();
}

async function publish(measured: Omit<LiveReport, 'run'>): Promise<void> {
  const run: LiveReport['run'] = {
    date: new Date().toISOString(),
    command: commandOf('npm run bench:live'),
    machine: thisMachine(),
    loadAverage,
    postgres: database.version,
    followers: Number(values.followers),
    seconds: Number(values.seconds),
    countSeconds: Number(values['count-seconds']),
    versions: { 'graphql-yoga': createRequire(import.meta.url)('graphql-yoga/package.json').version },
  };
  const results = join(import.meta.dirname, 'results');
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, 'live.json'), `${JSON.stringify({ run, ...measured }, null, 2)}\n`);
  await import('./live/report.ts');
}
