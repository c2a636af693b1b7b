import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { administer } from '../postgres.ts';
import { processes, type Running, SEGMENTS, TOKEN } from '../process/gateway-process.ts';
import { mortalPostgres } from './postgres.ts';

const { begin, serve, temporaryFolder } = processes();
/**
 * No answer comes later than this, in the whole time that the database is away. The gateway's own limits end within two
 * seconds; the rest is room that no slow machine needs. Without those limits, a halted database holds a request for ever.
 */
const PATIENCE_MS = 30_000;
/** Requests that may fail, one after the other, once the database is back. */
const MAX_FAILURES = 50;

let postgres: Awaited<ReturnType<typeof mortalPostgres>>;
let gateway: Running;
let id: string;

beforeAll(async () => {
  postgres = await mortalPostgres(temporaryFolder());
  gateway = await serve({ DATABASE_URL: postgres.url, API_TOKEN: TOKEN });
  id = (await (await create()).json()).id;
});
afterAll(() => postgres.stop());

const DRAFT = { name: 'n', criteria: 'c', description: '' };
const send: Running['send'] = (...sent) => gateway.send(...sent);
const create = () => send(SEGMENTS, 'POST', DRAFT);
const ask = (query: string) => send('/graphql', 'POST', { query });

/** One of everything that needs the database. */
const everything = (): Promise<Response>[] => [
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
    everything().map(async (answer) => {
      const response = await answer;
      return { response, milliseconds: performance.now() - start, body: await response.json() };
    }),
  );
  for (const { response, milliseconds, body } of answers) {
    expect(milliseconds).toBeLessThan(PATIENCE_MS);
    // GraphQL answers 503 only where no data is left; otherwise each error says it of its field.
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
  for (const answer of await Promise.all(everything())) expect([200, 201, 404]).toContain(answer.status);
  await expect.poll(async () => (await send('/health/ready')).status).toBe(200);
  expect(gateway.child.exitCode).toBeNull();
}

/** How many sessions of the gateway the database has, and how many of them hold a transaction open. */
async function sessions(): Promise<{ all: number; idle: number }> {
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
  client.on('error', () => {}); // some are ended from outside
  await client.connect();
  return client;
}

/** Ends every session of the gateway, as an operator or a failing server does. Settles when they are gone. */
async function endSessions(client: pg.Client): Promise<void> {
  const OURS = `from pg_stat_activity where application_name = 'segments-gateway'`;
  const { rows } = await client.query(`select pid, pg_terminate_backend(pid) ${OURS}`);
  const ended = rows.map(({ pid }) => pid);
  const left = async () => (await client.query(`select pid ${OURS} and pid = any($1)`, [ended])).rows;
  await expect.poll(left).toEqual([]);
}

describe('a gateway whose database', () => {
  it('is killed answers UNAVAILABLE, and is back when it is', async () => {
    postgres.kill();
    for (let i = 0; i < 3; i++) await expectUnavailable();
    await postgres.revive();
    await expectBack();
  });

  it('is not there yet waits for it', async () => {
    postgres.kill();
    const early = begin({ DATABASE_URL: postgres.url, API_TOKEN: TOKEN, DATABASE_WAIT: '600' });
    await expect.poll(() => early.said.out).toContain('waiting for the database');
    await postgres.revive();
    const { url, end } = await early.running;
    await expect.poll(async () => (await fetch(`${url}/health/ready`)).status).toBe(200);
    expect(await end()).toBe(0);
  });

  it('has no session left answers UNAVAILABLE, and is back when one is free', async () => {
    const taken: pg.Client[] = [];
    const takeAll = async () => {
      await expect(async () => {
        for (;;) taken.push(await session());
      }).rejects.toMatchObject({ code: '53300' });
    };
    // A session that was ended frees its place a moment later, which the gateway may be the first to take.
    await expect
      .poll(async () => {
        await takeAll();
        const [first] = taken;
        if (first) await endSessions(first);
        await takeAll();
        return (await send(SEGMENTS)).status;
      })
      .toBe(503);
    await expectUnavailable();
    await Promise.all(taken.map((client) => client.end()));
    await expectBack();
  });

  it('is halted answers UNAVAILABLE, and is back when it goes on', async () => {
    postgres.halt();
    try {
      for (let i = 0; i < 2; i++) await expectUnavailable();
    } finally {
      postgres.goOn();
    }
    await expectBack();
  });

  it('ends every session answers on the next try, and keeps no session it does not use', async () => {
    for (let i = 0; i < 5; i++) {
      const client = await session();
      await endSessions(client);
      await client.end();
      await expectBack();
    }
    const { all, idle } = await sessions();
    expect(all).toBeLessThanOrEqual(10);
    expect(idle).toBe(0);
  });

  it('is locked up by somebody else gives up before that one does, and leaves nothing waiting', async () => {
    const client = await session();
    await client.query('begin; lock table segments in access exclusive mode');
    const answers = await Promise.all([send(SEGMENTS), create(), send(`${SEGMENTS}/${id}`)]);
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503]);
    expect(await answers[1].json()).toMatchObject({ outcome: 'not_applied' });
    const active = `select pid from pg_stat_activity where application_name = 'segments-gateway' and state = 'active'`;
    // In another session: within a transaction, the activity of the first look is shown again and again.
    await expect.poll(() => administer(postgres.url, active)).toEqual([]);
    await client.query('rollback');
    await client.end();
    await expectBack();
  });

  it('lets nothing be written is told from one that is gone, and reading goes on', async () => {
    const client = await session();
    await client.query('alter database postgres set default_transaction_read_only = on');
    await endSessions(client);
    await expect.poll(async () => (await send(SEGMENTS)).status).toBe(200);
    expect((await create()).status).toBe(503);
    await client.query('set default_transaction_read_only = off');
    await client.query('alter database postgres reset default_transaction_read_only');
    await endSessions(client);
    await client.end();
    await expectBack();
  });
});
