import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { postmasterOf, startPostgres } from './data.ts';
import { generatorName } from './load.ts';
import { commandOf, thisMachine } from './machine.ts';
import { openMembers } from './members/data.ts';
import { graphqlLatencies, graphqlWorkloads } from './members/graphql-workloads.ts';
import { checkAll } from './members/parity.ts';
import { measureReplacements } from './members/replace.ts';
import { restLatencies, restWorkloads } from './members/rest-workloads.ts';
import type { MemberReport } from './members/results.ts';
import { memberSystems } from './members/systems.ts';
import type { MemberWorkload } from './members/workload.ts';
import type { Result } from './results.ts';
import { measureInTurn } from './rounds.ts';
import { type Started, start, takesPart } from './systems.ts';

/*
 * Measures reads and changes of members, beside peers on the same tables, and how long it takes to replace all members of a segment.
 * A complete run writes docs/benchmarks-members.md.
 */
const { values } = parseArgs({
  options: {
    members: { type: 'string', default: '10000000' },
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '32' },
    /** Lengths of the lists that replace the members of a segment. */
    lists: { type: 'string', default: '100000,1000000' },
    /** Parts of the names of workloads, or `replace`. Only a complete run is published. */
    only: { type: 'string', default: '' },
  },
});
const loadAverage = loadavg()[0] ?? Number.NaN;
const wanted = (name: string) =>
  values.only === '' || values.only.split(';').some((part) => name.includes(part));
const load = { seconds: Number(values.seconds), rounds: Number(values.rounds) };
const connections = Number(values.connections);
const folder = join(import.meta.dirname, '.data');

const postgres = await startPostgres(folder);
const running: Started[] = [];
try {
  const data = await openMembers(postgres.url, Number(values.members));
  const postmaster = postmasterOf(folder);
  for (const [i, system] of memberSystems.entries()) running.push(await start(system, data.url, 14_131 + i));

  const measureAll = async (workloads: readonly MemberWorkload[], connections: number) => {
    const results: Result[] = [];
    for (const each of workloads) {
      const { workload, samples } = each;
      if (!wanted(`${workload.face} ${workload.name}`)) continue;
      const taking = running.filter(({ system }) => takesPart(system, workload));
      await checkAll(taking, each);
      results.push(...(await measureInTurn(taking, workload, samples, { ...load, connections, postmaster })));
    }
    return results;
  };
  // First, because writes make the log and the tables grow.
  const latencies = await measureAll([...restLatencies(data), ...graphqlLatencies(data)], 1);
  const results = await measureAll([...restWorkloads(data), ...graphqlWorkloads(data)], connections);
  await stopAll();
  const lengths = wanted('replace') ? values.lists.split(',').map(Number) : [];
  const replacements = await measureReplacements(data, lengths);
  if (!values.only) {
    const { version, members, largest } = data;
    const run = { ...load, connections, postgres: version, members, largest: largest.members };
    await publish({ run: { ...origin(), ...run }, results, latencies, replacements });
  }
} finally {
  await stopAll();
  await postgres.stop();
}

async function stopAll(): Promise<void> {
  for (const each of running.splice(0)) await each.stop();
}

/** Where and how the run was made. */
function origin() {
  return {
    date: new Date().toISOString(),
    command: commandOf('npm run bench:members'),
    machine: thisMachine(),
    loadAverage,
    generator: generatorName,
  };
}

async function publish(report: MemberReport): Promise<void> {
  const results = join(import.meta.dirname, 'results');
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, 'members.json'), `${JSON.stringify(report, null, 2)}\n`);
  await import('./members/report.ts');
}
