import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadData, postmasterOf, startPostgres } from './data.ts';
import { measureItself } from './itself.ts';
import { generatorName } from './load.ts';
import { commandOf, thisMachine } from './machine.ts';
import { pgbench } from './pgbench.ts';
import type { Report, Result } from './results.ts';
import { check, measureInTurn } from './rounds.ts';
import { type Started, start, systems, takesPart } from './systems.ts';
import { workloads } from './workloads.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '1,32,128' },
    systems: { type: 'string', default: '' },
    workloads: { type: 'string', default: '' },
    face: { type: 'string', default: '' },
  },
});
const wanted = (list: string, name: string) =>
  list === '' || list.split(';').some((part) => name.includes(part));
/** Only a complete run is published. A selection is only printed. */
const isWhole = !values.systems && !values.workloads && !values.face;
const SMALL = 10_000;
const seconds = Number(values.seconds);
const folder = join(import.meta.dirname, '.data');

const postgres = await startPostgres(folder);
const small = isWhole ? await loadData(postgres.url, SMALL) : null;
const data = await loadData(postgres.url, Number(values.rows));
const { url, samples, version } = data;
const postmaster = postmasterOf(folder);
const running: Started[] = [];
const results: Result[] = [];

try {
  for (const [i, system] of systems.entries()) {
    if (!wanted(values.systems, system.name)) continue;
    running.push(await start(system, url, 14_100 + i));
  }
  for (const workload of workloads) {
    if (!wanted(values.workloads, workload.name) || !wanted(values.face, workload.face)) continue;
    const taking = running.filter(({ system }) => takesPart(system, workload));
    for (const each of taking) await check(each, workload, samples);
    for (const connections of values.connections.split(',').map(Number)) {
      const load = { connections, seconds, rounds: Number(values.rounds), postmaster };
      results.push(...(await measureInTurn(taking, workload, samples, load)));
    }
  }
  await stopAll();
  if (small) {
    const rounds = Number(values.rounds);
    const itself = await measureItself({ small, large: data, postmaster, seconds, rounds });
    const perSecond = pgbench(data, itself.connections, seconds);
    await publish({ results, itself, pgbench: { connections: itself.connections, perSecond } });
  }
} finally {
  await stopAll();
  await postgres.stop();
}

async function stopAll(): Promise<void> {
  for (const each of running.splice(0)) await each.stop();
}

/** Writes the results of a complete run, and generates the page and the chart. */
async function publish(report: Omit<Report, 'run'>): Promise<void> {
  const folder = join(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  const run: Report['run'] = {
    date: new Date().toISOString(),
    command: commandOf('npm run bench'),
    machine: thisMachine(),
    generator: generatorName,
    postgres: version,
    rows: Number(values.rows),
    seconds,
  };
  writeFileSync(join(folder, 'latest.json'), `${JSON.stringify({ run, ...report }, null, 2)}\n`);
  await import('./report.ts');
}
