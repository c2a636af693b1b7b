import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openDatabase, postmasterOf, startPostgres } from './data.ts';
import { observed } from './files/observed.ts';
import { rssOf } from './kernel.ts';
import { spreadOf } from './live/arrivals.ts';
import { commandOf, thisMachine } from './machine.ts';
import { neighbour } from './neighbours/neighbour.ts';
import { median } from './results.ts';
import { launch, start, systems } from './systems.ts';
import { type Account, accountIn } from './webhooks/account.ts';
import { startReceiver } from './webhooks/receiver.ts';

/*
 * Measures webhooks: the time from a write to its first attempt, what a backlog costs, what dead endpoints cost the others and the
 * API, and the memory of a thousand endpoints. docs/benchmarks-webhooks.md shows the results.
 */
const PORT = 14_180;
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    /** Events of the backlog that each of the endpoints is sent. */
    backlog: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '5' },
  },
});
const [rounds, backlog, seconds] = [Number(values.rounds), Number(values.backlog), Number(values.seconds)];
/** Endpoints that answer, dead endpoints beside them, and events a second that are written for the latency. */
const [HEALTHY, DEAD, RATE] = [20, 50, 50];
const [MANY, PER_ACCOUNT] = [1_000, 100];
/** How long an attempt without an answer takes. */
const ATTEMPT_MS = 15_000;

const [gateway] = systems;
if (!gateway) throw new Error('There is no gateway.');
const folder = join(import.meta.dirname, '.data');
const postgres = await startPostgres(folder);
const { url: databaseUrl, client } = await openDatabase(postgres.url, 'bench_webhooks');
await client.query('truncate segments, events, event_heads, webhook_endpoints, webhook_deliveries');
const receiver = await startReceiver();
const served = gateway;
const VARIABLES = { LOG_LEVEL: 'silent', WEBHOOK_ALLOW_PRIVATE: 'on' };
const running = await start(served, databaseUrl, PORT, VARIABLES);
const watched = { pid: running.pid, postmaster: postmasterOf(folder) };
const account = (name: string) => accountIn(client, name, running.url);
const row = (...cells: (string | number)[]) => console.log(`| ${cells.join(' | ')} |`);

try {
  console.log(JSON.stringify({ ...thisMachine(), command: commandOf('npm run bench:webhooks') }));
  const healthy = await account('healthy');
  const endpoints: string[] = [];
  for (let i = 0; i < HEALTHY; i++) endpoints.push(await healthy.listen(`${receiver.url}/ok/${i}`));
  await drained(healthy, endpoints, 50); // until the gateway is warm
  await latency(healthy);

  const alone: Drained[] = [];
  const beside: Drained[] = [];
  const api = { alone: [] as number[], beside: [] as number[] };
  const quiet = await account('quiet');
  const quietIds: string[] = [];
  for (let i = 0; i < 100; i++) quietIds.push((await quiet.create(`q${i}`)).id);
  const dead = await account('dead');
  const asked = { account: quiet.name, token: quiet.token, ids: quietIds };
  for (let round = 0; round < rounds; round++) {
    alone.push(await drained(healthy, endpoints, backlog));
    api.alone.push((await neighbour(running.url, asked, seconds)).p99);
    const ids = await Promise.all(
      Array.from({ length: DEAD }, (_, i) => dead.listen(`${receiver.url}/hang/${round}/${i}`)),
    );
    await dead.create(`dead ${round}`);
    await sleep(500);
    beside.push(await drained(healthy, endpoints, backlog));
    await Promise.all(ids.map((id) => dead.turn(id, 'enabled'))); // so that they are tried again immediately
    api.beside.push((await neighbour(running.url, asked, seconds)).p99);
    await Promise.all(ids.map((id) => dead.turn(id, 'disabled')));
    for (const id of ids) await dead.remove(id);
    await sleep(ATTEMPT_MS); // until no attempt is in flight
  }
  row('', 'deliveries a second', 'gateway µs', 'Postgres µs', "the API's p99, ms");
  row('---', '---', '---', '---', '---');
  for (const [name, all, p99] of [
    ['alone', alone, api.alone],
    [`beside ${DEAD} dead endpoints`, beside, api.beside],
  ] as const) {
    const of = (key: keyof Drained) => median(all.map((each) => each[key])).toFixed(0);
    row(name, of('perSecond'), of('gatewayMicros'), of('postgresMicros'), median(p99).toFixed(1));
  }
  const ratios = beside.map(({ perSecond }, i) => perSecond / (alone[i]?.perSecond ?? Number.NaN));
  console.log(`Deliveries beside dead endpoints, of alone: ${ratios.map((r) => r.toFixed(2)).join(', ')}`);
} finally {
  await running.stop();
}
try {
  await memory();
} finally {
  await receiver.stop();
  await client.end();
  await postgres.stop();
}

interface Drained {
  perSecond: number;
  gatewayMicros: number;
  postgresMicros: number;
}

/** Writes events while the endpoints are disabled, and measures how fast they are delivered once they are enabled. */
async function drained(of: Account, endpoints: readonly string[], events: number): Promise<Drained> {
  await Promise.all(endpoints.map((id) => of.turn(id, 'disabled')));
  for (let i = 0; i < events; i += 10)
    await Promise.all(Array.from({ length: 10 }, (_, j) => of.create(`b${i + j}`)));
  await receiver.seen();
  const expected = events * endpoints.length;
  const { seconds, gatewayMicros, postgresMicros } = await observed(watched, expected, async () => {
    await Promise.all(endpoints.map((id) => of.turn(id, 'enabled')));
    for (let received = 0; received < expected; await sleep(20)) received += (await receiver.seen()).received;
  });
  return { perSecond: expected / seconds, gatewayMicros, postgresMicros };
}

/** Measures the time from the request that writes to the arrival of its event at the last endpoint. */
async function latency(of: Account): Promise<void> {
  const sent = new Map<string, number>();
  await receiver.seen();
  for (let i = 0; i < RATE * seconds; i++) {
    const name = `l${i}`;
    sent.set(name, Date.now());
    void of.create(name);
    await sleep(1_000 / RATE);
  }
  await sleep(2_000);
  const { arrivals } = await receiver.seen();
  const last = new Map(arrivals.map(({ name, at }) => [name, at]));
  const { p50, p99, max } = spreadOf(
    [...sent].map(([name, at]) => (last.get(name) ?? Number.POSITIVE_INFINITY) - at),
  );
  console.log(
    `${RATE} writes a second to ${HEALTHY} endpoints, from the request to the last arrival: p50 ${p50} ms, p99 ${p99} ms, max ${max} ms`,
  );
}

/** Measures how much memory a process that only delivers needs for a thousand endpoints of ten accounts. */
async function memory(): Promise<void> {
  const serving = await start(served, databaseUrl, PORT + 1, { DELIVERIES: 'off', ...VARIABLES });
  const delivering = launch(
    { ...served, command: ['node', '--max-semi-space-size=8', '../dist/cli.js', 'deliver'] },
    databaseUrl,
    PORT + 2,
    VARIABLES,
  );
  const pid = delivering.child.pid ?? 0;
  try {
    const accounts: Account[] = [];
    for (let i = 0; i < MANY / PER_ACCOUNT; i++) {
      const many = await accountIn(client, `many-${i}`, serving.url);
      accounts.push(many);
      for (let j = 0; j < PER_ACCOUNT; j++) await many.listen(`${receiver.url}/ok/${i}/${j}`);
    }
    await receiver.seen();
    const before = rssOf(pid);
    const events = 20;
    for (let i = 0; i < events; i++) await Promise.all(accounts.map((each) => each.create(`m${i}`)));
    let peak = before;
    for (let received = 0; received < events * MANY; await sleep(50)) {
      received += (await receiver.seen()).received;
      peak = Math.max(peak, rssOf(pid));
    }
    console.log(
      `segments deliver, ${MANY} endpoints, ${events} events each: ${before.toFixed(0)} MB before, ${peak.toFixed(0)} MB at most`,
    );
  } finally {
    await delivering.stop();
    await serving.stop();
  }
}
