import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type pg from 'pg';
import { digestOf, newToken } from '../src/accounts/token.ts';
import { openDatabase, postmasterOf, startPostgres } from './data.ts';
import { copyIn, copyOut } from './files/copy.ts';
import { fileOf } from './files/lines.ts';
import { type Observed, observed } from './files/observed.ts';
import { exportTo, importFrom } from './files/transfer.ts';
import { measure } from './load.ts';
import { commandOf, thisMachine } from './machine.ts';
import { median } from './results.ts';
import { start, systems } from './systems.ts';
import { workloads } from './workloads.ts';

/*
 * Measures imports and exports over REST, beside COPY in psql on the same table and beside single creates. In each round, all of them
 * are measured in turn. docs/benchmarks-files.md shows the results.
 */
const PORT = 14_160;
const CONNECTIONS = 32;
const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '100000' },
    exported: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
    /** Seconds of single creates in each round. */
    seconds: { type: 'string', default: '5' },
  },
});
const [lines, many, rounds] = [Number(values.lines), Number(values.exported), Number(values.rounds)];
const NDJSON = 'application/x-ndjson';
const CSV = 'text/csv';

const [gateway] = systems;
const create = workloads.find(({ face, name }) => face === 'rest' && name === 'create');
if (!gateway || !create) throw new Error('There is no gateway, or no workload of creates.');
const folder = join(import.meta.dirname, '.data');
const exportFile = join(folder, 'export.ndjson');
const postgres = await startPostgres(folder);
const { url, client } = await openDatabase(postgres.url, 'bench_files');
await client.query('truncate segments, events, event_heads, idempotency_keys');
const large = await accountIn(client, 'large');
await copyIn(url, fileOf('copy', many, large.account), { events: false });
await client.query('vacuum analyze segments');
const running = await start(gateway, url, PORT, { LOG_LEVEL: 'silent' });
const watched = { pid: running.pid, postmaster: postmasterOf(folder) };

type Way = () => Promise<Observed>;
const seen = new Map<string, Observed[]>();
let fresh = await accountIn(client, 'warm-up');
const to = () => ({ url: running.url, token: fresh.token });
const imported = (count: number, type: string, key?: string) =>
  importFrom(fileOf(type === CSV ? 'csv' : 'ndjson', count), to(), { type, ...(key && { key }) });
const promoted = () => importFrom(createReadStream(exportFile), to(), { type: NDJSON });

/** What is measured, by name. An account of its own is made for each. */
const IN: Record<string, Way> = {
  'COPY in psql, without events': () =>
    observed(watched, lines, () => copyIn(url, fileOf('copy', lines, fresh.account), { events: false })),
  'COPY in psql, with events': () =>
    observed(watched, lines, () => copyIn(url, fileOf('copy', lines, fresh.account), { events: true })),
  'import of NDJSON': () => observed(watched, lines, () => imported(lines, NDJSON)),
  'import of NDJSON with an idempotency key': () =>
    observed(watched, lines, () => imported(lines, NDJSON, randomUUID())),
  'import of CSV': () => observed(watched, lines, () => imported(lines, CSV)),
  'import of an export, with ids': () => observed(watched, lines, promoted),
  'import of the same export again': async () => {
    await promoted();
    return observed(watched, lines, promoted);
  },
  [`single creates over ${CONNECTIONS} connections`]: singleCreates,
};
const OUT: Record<string, Way> = {
  'COPY in psql': () => observed(watched, many, () => copyOut(url, large.account)),
  'export of NDJSON': () =>
    observed(watched, many, () => exportTo(null, { url: running.url, token: large.token }, NDJSON)),
  'export of CSV': () =>
    observed(watched, many, () => exportTo(null, { url: running.url, token: large.token }, CSV)),
};

try {
  console.log(JSON.stringify({ ...thisMachine(), command: commandOf('npm run bench:files') }));
  await imported(20_000, NDJSON); // until the gateway is warm
  await exportTo(createWriteStream(exportFile), to(), NDJSON);
  for (let round = 0; round < rounds; round++) {
    await client.query(`delete from segments where account_id like 'import%'`);
    const source = await accountIn(client, `import-source-${round}`);
    fresh = source;
    await imported(lines, NDJSON);
    await exportTo(createWriteStream(exportFile), to(), NDJSON);
    for (const [name, way] of Object.entries({ ...IN, ...OUT })) {
      fresh = await accountIn(client, `import-${name.length}-${round}`);
      seen.set(name, [...(seen.get(name) ?? []), await way()]);
      console.log(`${round} ${name}: ${JSON.stringify(seen.get(name)?.at(-1))}`);
    }
  }
  print(Object.keys(IN), lines);
  print(Object.keys(OUT), many);
} finally {
  await running.stop();
  await client.end();
  await postgres.stop();
  rmSync(exportFile, { force: true });
}

/** Measures single creates for some seconds. The time is that of as many creates as there are lines. */
async function singleCreates(): Promise<Observed> {
  const sample = { ...fresh, ids: [] };
  const load = { connections: CONNECTIONS, seconds: Number(values.seconds), postmaster: watched.postmaster };
  if (!create) throw new Error('There is no workload of creates.');
  const { requestsPerSecond, serverMicros, postgresMicros } = await measure(running, create, [sample], load);
  return { seconds: lines / requestsPerSecond, gatewayMicros: serverMicros, postgresMicros, grewMB: 0 };
}

async function accountIn(client: pg.Client, account: string): Promise<{ account: string; token: string }> {
  const token = newToken();
  await client.query(
    `insert into api_tokens (digest, id, account_id, name, scopes) values ($1, gen_random_uuid(), $2, 'bench', '{segments:read,segments:write}')`,
    [digestOf(token), account],
  );
  return { account, token };
}

/** Prints a table of medians. The first way is the floor. */
function print(names: readonly string[], count: number): void {
  const of = (name: string, key: keyof Observed) => median((seen.get(name) ?? []).map((each) => each[key]));
  const floor = of(names[0] ?? '', 'seconds');
  console.log(
    `\n| ${count.toLocaleString('en')} segments | seconds | of COPY | segments/s | gateway µs | Postgres µs | RSS + MB |`,
  );
  console.log('|---|---|---|---|---|---|---|');
  for (const name of names) {
    const seconds = of(name, 'seconds');
    const cells = [
      seconds.toFixed(1),
      `${(seconds / floor).toFixed(1)} ×`,
      Math.round(count / seconds).toLocaleString('en'),
      of(name, 'gatewayMicros').toFixed(0),
      of(name, 'postgresMicros').toFixed(0),
      of(name, 'grewMB').toFixed(0),
    ];
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
}
