import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadData, postmasterOf, startPostgres } from './data.ts';
import { measureItself } from './itself.ts';
import { generatorName, type Measured, measure, requestsOf } from './load.ts';
import { commandOf, thisMachine } from './machine.ts';
import { pgbench } from './pgbench.ts';
import { medianOf, type Report, type Result } from './results.ts';
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
    for (const each of taking) await check(each, workload);
    for (const connections of values.connections.split(',').map(Number)) {
      const rows = taking.map(({ system }) => ({
        face: workload.face,
        workload: workload.name,
        connections,
        system: system.name,
        rounds: [] as Measured[],
      }));
      for (const each of taking)
        await measure(each, workload, samples, { connections, seconds: 1, postmaster });
      for (let round = 0; round < Number(values.rounds); round++) {
        for (const [i, each] of taking.entries()) {
          rows[i]?.rounds.push(await measure(each, workload, samples, { connections, seconds, postmaster }));
        }
      }
      results.push(...rows);
      for (const row of rows) console.log(line(row));
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

/** Throws unless a system answers with data. Called before it is measured. */
async function check(started: Started, workload: (typeof workloads)[number]): Promise<void> {
  const [first] = requestsOf(started, workload, samples);
  if (!first) throw new Error('There are no requests.');
  const { path, ...init } = first;
  const response = await fetch(started.url + path, init);
  const text = await response.text();
  if (!response.ok || text.includes('"errors"') || !text.includes('"id"')) {
    throw new Error(`${started.system.name}, ${workload.name}: ${response.status} ${text.slice(0, 300)}`);
  }
}

function line(result: Result): string {
  const { face, workload, connections, system } = result;
  const of = (key: keyof Measured) => medianOf(result, key);
  return [
    `${face} ${workload} @${connections}`.padEnd(32),
    system.padEnd(26),
    of('requestsPerSecond').toFixed(0).padStart(7),
    `p50 ${of('p50').toFixed(2)} p99 ${of('p99').toFixed(1)} cpu ${of('serverMicros').toFixed(0)}+${of('postgresMicros').toFixed(0)} us rss ${of('rss').toFixed(0)}`,
  ].join(' ');
}
