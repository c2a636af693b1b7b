import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { administer } from '../postgres.ts';
import { processes, type Running, SEGMENTS, TOKEN } from '../process/gateway-process.ts';
import { killablePostgres } from './postgres.ts';

const { begin, serve, temporaryFolder } = processes();
/**
 * While the database is unavailable, every answer must arrive within this time. The gateway's own limits end within two
 * seconds; the rest allows for slow machines. Without those limits, a halted database would block a request forever.
 */
const PATIENCE_MS = 30_000;
/** Max requests that may fail, one after another, once the database is back. */
const MAX_FAILURES = 50;

let postgres: Awaited<ReturnType<typeof killablePostgres>>;
let gateway: Running;
let id: string;

beforeAll(async () => {
  postgres = await killablePostgres(temporaryFolder());
  gateway = await serve({ DATABASE_URL: postgres.url, API_TOKEN: TOKEN });
  id = (await (await create()).json()).id;
});
afterAll(() => postgres.stop());

const DRAFT = { name: 'n', criteria: 'c', description: '' };
const send: Running['send'] = (...sent) => gateway.send(...sent);
const create = () => send(SEGMENTS, 'POST', DRAFT);
const ask = (query: string) => send('/graphql', 'POST', { query });

/** One request of every kind that needs the database. */
const requestsOfEveryKind = (): Promise<Response>[] => [
  send(SEGMENTS),
  send(`${SEGMENTS}/${id}`),
  create(),
  send(`${SEGMENTS}/${id}`, 'PUT', { name: 'x' }),
  send(`${SEGMENTS}/0000000000000000`, 'DELETE'),
  ask('{ segments { totalCount nodes { id } } }'),
  ask(`{ node(id: "${id}") { id } nodes(ids: ["${id}"]) { id } }`),
  ask(`{ _entities(representations: [{ __typename: "Segment", id: "${id}" }]) { ... on Segment { id } } }`),
  ask(
    'mutation { createSegment(input: { name: "n", criteria: "c", description: "", idempotencyKey: "k" }) { __typename } }',
  ),
];

async function expectUnavailable(): Promise<void> {
  const start = performance.now();
  const answers = await Promise.all(
    requestsOfEveryKind().map(async (answer) => {
      const response = await answer;
      return { response, milliseconds: performance.now() - start, body: await response.json() };
    }),
  );
  for (const { response, milliseconds, body } of answers) {
    expect(milliseconds).toBeLessThan(PATIENCE_MS);
    // GraphQL answers with 503 only if no data is left. Otherwise each failed field has its error.
    const expected = body.data ? [200, null] : [503, '1'];
    const seen = [response.status, response.headers.get('retry-after')];
    expect(seen, JSON.stringify(body)).toEqual(expected);
    expect(body.code ?? body.errors[0].extensions.code).toBe('UNAVAILABLE');
    expect(JSON.stringify(body)).not.toMatch(/ECONN|socket|postgres|timeout|\b5432\b/i);
  }
  await expect.poll(async () => (await send('/health/ready')).status).toBe(503);
  expect((await send('/health/live')).status).toBe(200);
}

async function expectBack(): Promise<void> {
  let failures = 0;
  for (; failures < MAX_FAILURES && (await send(SEGMENTS)).status !== 200; failures++) await sleep(20);
  expect(failures).toBeLessThan(MAX_FAILURES);
  // Each kind has connections of its own, which a slow machine may not open at the first attempt.
  const refused = async () => {
    const answers = await Promise.all(requestsOfEveryKind());
    return answers.map(({ status }) => status).filter((status) => ![200, 201, 404].includes(status));
  };
  await expect.poll(refused).toEqual([]);
  await expect.poll(async () => (await send('/health/ready')).status).toBe(200);
  expect(gateway.child.exitCode).toBeNull();
}

/** The number of sessions of the gateway, and how many of them are idle in a transaction. */
async function sessionCounts(): Promise<{ all: number; idle: number }> {
  const client = await session();
  const { rows } = await client.query(
    `select count(*)::int as all, count(*) filter (where state like 'idle in%')::int as idle
     from pg_stat_activity where application_name = 'segments-gateway'`,
  );
  await client.end();
  return rows[0];
}

async function session(): Promise<pg.Client> {
  const client = new pg.Client(postgres.url);
  client.on('error', () => {}); // some are terminated
  await client.connect();
  return client;
}

/** Terminates every session of the gateway, as an operator or a failing server does, and waits until they are gone. */
async function terminateSessions(client: pg.Client): Promise<void> {
  const OURS = `from pg_stat_activity where application_name = 'segments-gateway'`;
  const { rows } = await client.query(`select pid, pg_terminate_backend(pid) ${OURS}`);
  const ended = rows.map(({ pid }) => pid);
  const left = async () => (await client.query(`select pid ${OURS} and pid = any($1)`, [ended])).rows;
  await expect.poll(left).toEqual([]);
}

describe('a gateway whose database', () => {
  it('was killed answers UNAVAILABLE, and recovers with it', async () => {
    postgres.kill();
    for (let i = 0; i < 3; i++) await expectUnavailable();
    await postgres.restart();
    await expectBack();
  });

  it('has not started yet waits for it', async () => {
    postgres.kill();
    const early = begin({ DATABASE_URL: postgres.url, API_TOKEN: TOKEN, DATABASE_WAIT: '600' });
    await expect.poll(() => early.said.out).toContain('waiting for the database');
    await postgres.restart();
    const { url, end } = await early.running;
    await expect.poll(async () => (await fetch(`${url}/health/ready`)).status).toBe(200);
    expect(await end()).toBe(0);
  });

  it('has no free session answers UNAVAILABLE, and recovers when one is free', async () => {
    const first = await session();
    const taken = [first];
    const isFull = async () => {
      const { rows } = await first.query<{ full: boolean }>(
        `select count(*) = current_setting('max_connections')::int as full from pg_stat_activity
         where backend_type = 'client backend' and application_name <> 'segments-gateway'`,
      );
      return rows[0]?.full;
    };
    // A terminated session frees its place a moment later, and the gateway may be the first to take it.
    while (!(await isFull())) {
      await session().then(
        (client) => taken.push(client),
        () => terminateSessions(first),
      );
    }
    await expectUnavailable();
    await Promise.all(taken.map((client) => client.end()));
    await expectBack();
  });

  it('is halted answers UNAVAILABLE, and recovers when it resumes', async () => {
    postgres.halt();
    try {
      for (let i = 0; i < 2; i++) await expectUnavailable();
    } finally {
      postgres.resume();
    }
    await expectBack();
  });

  it('terminates every session recovers, with at most ten sessions and no transaction left open', async () => {
    for (let i = 0; i < 5; i++) {
      const client = await session();
      await terminateSessions(client);
      await client.end();
      await expectBack();
    }
    const { all, idle } = await sessionCounts();
    expect(all).toBeLessThanOrEqual(10);
    expect(idle).toBe(0);
  });

  it('has a locked table gives up before it is unlocked, and leaves nothing waiting', async () => {
    const client = await session();
    await client.query('begin; lock table segments in access exclusive mode');
    const answers = await Promise.all([send(SEGMENTS), create(), send(`${SEGMENTS}/${id}`)]);
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503]);
    expect(await answers[1].json()).toMatchObject({ outcome: 'not_applied' });
    const active = `select pid from pg_stat_activity where application_name = 'segments-gateway' and state = 'active'`;
    // From another session: within a transaction, pg_stat_activity always shows the first snapshot.
    await expect.poll(() => administer(postgres.url, active)).toEqual([]);
    await client.query('rollback');
    await client.end();
    await expectBack();
  });

  it('is read-only answers reads, and refuses writes with 503', async () => {
    const client = await session();
    await client.query('alter database postgres set default_transaction_read_only = on');
    await terminateSessions(client);
    await expect.poll(async () => (await send(SEGMENTS)).status).toBe(200);
    expect((await create()).status).toBe(503);
    await client.query('set default_transaction_read_only = off');
    await client.query('alter database postgres reset default_transaction_read_only');
    await terminateSessions(client);
    await client.end();
    await expectBack();
  });
});
