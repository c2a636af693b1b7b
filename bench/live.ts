import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { digestOf, newToken } from '../src/accounts/token.ts';
import { openDatabase, startPostgres } from './data.ts';
import { rssOf } from './kernel.ts';
import { openStreams } from './live/streams.ts';
import { start, systems } from './systems.ts';

/*
 * Measures live streams: how long an event takes to its client, what idle streams cost, and whether a thousand followers of
 * one account keep up. docs/benchmarks.md shows the results.
 */
const PORT = 14_099;
const { values } = parseArgs({
  options: {
    idle: { type: 'string', default: '5000' },
    followers: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '10' },
  },
});
const [idle, followers, seconds] = [values.idle, values.followers, values.seconds].map(Number);
const [gateway] = systems;
if (!gateway || !idle || !followers || !seconds) throw new Error('The options must be numbers.');

const postgres = await startPostgres(join(import.meta.dirname, '.data'));
const { url: databaseUrl, client } = await openDatabase(postgres.url, 'live');
const LIMITS = { LOG_LEVEL: 'silent', MAX_STREAMS_PER_ACCOUNT: '100000' };

try {
  for (const pooler of ['none', 'transaction']) {
    const running = await start(gateway, databaseUrl, PORT, { ...LIMITS, DATABASE_POOLER: pooler });
    try {
      const how = pooler === 'none' ? 'with notices' : 'polling';
      console.log(`latency ${how}: ${await latency(running.url)}`);
      console.log(`idle ${how}: ${await idleCost(running)}`);
      console.log(`followers ${how}: ${await keepingUp(running.url)}`);
    } finally {
      await running.stop();
    }
  }
} finally {
  await client.end();
  await postgres.stop();
}

/** From sending a write to its event at a client, which includes the write itself. */
async function latency(url: string): Promise<string> {
  const token = await tokenOf('latency');
  const streams = await openStreams(url, [token]);
  const sent = new Map<string, number>();
  for (let i = 0; i < 300; i++) {
    sent.set(`event ${i}`, performance.now());
    await create(url, token, `event ${i}`);
    await sleep(10 + Math.random() * 40);
  }
  await streams.received(300);
  streams.close();
  const ms = [...sent].map(([name, at]) => (streams.arrivals.get(name)?.[0] ?? Number.NaN) - at);
  return `p50 ${at(ms, 0.5)} ms, p99 ${at(ms, 0.99)} ms, max ${at(ms, 1)} ms`;
}

async function idleCost({ url, pid }: { url: string; pid: number }): Promise<string> {
  const tokens: string[] = [];
  for (let i = 0; i < (idle ?? 0) / 10; i++) tokens.push(await tokenOf(`idle-${i}`));
  const before = rssOf(pid);
  const streams = await openStreams(url, Array.from({ length: 10 }, () => tokens).flat());
  await sleep(5_000);
  const first = await statements();
  await sleep(10_000);
  const perSecond = ((await statements()) - first - 1) / 10;
  const after = rssOf(pid);
  streams.close();
  return `${idle} streams of ${tokens.length} accounts: ${perSecond.toFixed(1)} statements a second, RSS ${before.toFixed(0)} -> ${after.toFixed(0)} MB`;
}

async function keepingUp(url: string): Promise<string> {
  const token = await tokenOf('popular');
  const streams = await openStreams(
    url,
    Array.from({ length: followers ?? 0 }, () => token),
  );
  const sent = new Map<string, number>();
  const total = 100 * (seconds ?? 0);
  const began = performance.now();
  const writes: Promise<void>[] = [];
  for (let i = 0; i < total; i++) {
    await sleep(Math.max(0, began + i * 10 - performance.now()));
    sent.set(`event ${i}`, performance.now());
    writes.push(create(url, token, `event ${i}`));
  }
  await Promise.all(writes);
  await streams.received(total);
  streams.close();
  const ms = [...sent].map(([name, at]) => Math.max(...(streams.arrivals.get(name) ?? [Number.NaN])) - at);
  return `${followers} followers, ${total} events at 100 a second: the last follower has an event after p50 ${at(ms, 0.5)} ms, p99 ${at(ms, 0.99)} ms, max ${at(ms, 1)} ms`;
}

async function create(url: string, token: string, name: string): Promise<void> {
  const body = new URLSearchParams({
    name,
    criteria: 'Customers who spend more than $1000 per month',
    description: '',
  });
  const { status } = await fetch(`${url}/v1/customer-segments`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body,
  });
  if (status !== 201) throw new Error(`A create was answered ${status}.`);
}

async function tokenOf(account: string): Promise<string> {
  const token = newToken();
  await client.query(
    `insert into api_tokens (digest, id, account_id, name, scopes) values ($1, gen_random_uuid(), $2, 'bench', '{segments:read,segments:write}')`,
    [digestOf(token), account],
  );
  return token;
}

async function statements(): Promise<number> {
  const { rows } = await client.query(
    'select xact_commit::int as n from pg_stat_database where datname = current_database()',
  );
  return rows[0].n;
}

const at = (ms: readonly number[], part: number): string =>
  (ms.toSorted((a, b) => a - b)[Math.min(ms.length - 1, Math.floor(part * ms.length))] ?? Number.NaN).toFixed(
    0,
  );
