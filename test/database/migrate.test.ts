import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { administer, makeDatabase, readOnlyUrlOf } from '../postgres.ts';
import { processes, SEGMENTS, TOKEN } from '../process/gateway-process.ts';

const { run, serve } = processes();
const ROLE = `app_${process.pid}`;
/** The privileges that a role needs according to the README. */
const GRANTS = `
  grant usage on schema public, drizzle to ${ROLE};
  grant select on drizzle.__drizzle_migrations to ${ROLE};
  grant select, insert, update, delete on segments, memberships, members, member_leftovers, event_heads, events,
    webhook_endpoints, webhook_deliveries, idempotency_keys, api_tokens, rate_limits to ${ROLE}`;

type Database = Awaited<ReturnType<typeof makeDatabase>>;

/** The URL of a database for the role that owns nothing. */
const forRole = ({ url }: Database) => url.replace(/\/\/[^@/]*@/, `//${ROLE}@`);

/** Starts a gateway on a database, and expects it to answer requests of every kind. */
async function expectServes(url: string, environment = {}): Promise<void> {
  const gateway = await serve({
    DATABASE_URL: url,
    API_TOKEN: TOKEN,
    RATE_LIMIT_STORE: 'postgres',
    ...environment,
  });
  const draft = { name: 'n', criteria: 'c', description: '' };
  const key = { 'idempotency-key': randomUUID() };
  const { id } = (await (await gateway.send(SEGMENTS, 'POST', draft, key)).json()) as { id: string };
  expect((await gateway.send(`${SEGMENTS}/${id}`, 'PUT', { name: 'm' })).status).toBe(200);
  expect((await gateway.send(SEGMENTS)).status).toBe(200);
  expect((await gateway.send(`${SEGMENTS}/${id}`, 'DELETE')).status).toBe(204);
  expect(await gateway.end()).toBe(0);
  expect(gateway.said().out).not.toContain('"fault"');
}

describe('a role that cannot create anything', () => {
  let database: Database;
  beforeAll(async () => {
    database = await makeDatabase();
    await administer(database.url, `create role ${ROLE} login; revoke create on schema public from public`);
  });
  afterAll(async () => {
    await administer(database.url, `drop owned by ${ROLE}`);
    await database.drop();
    await administer(database.url.replace(/\/[^/?]*(\?|$)/, '/postgres$1'), `drop role ${ROLE}`);
  });

  it('is told which privileges it lacks if it cannot even read the list of migrations', async () => {
    expect(await run(['serve'], { DATABASE_URL: forRole(database), PORT: '0' })).toMatchObject({
      code: 2,
      err: `DATABASE_URL must name a role that is allowed to read the list of applied migrations; "${ROLE}" is not (permission denied for schema drizzle). As the owner of the tables, run: grant usage on schema drizzle to "${ROLE}"; grant select on drizzle.__drizzle_migrations to "${ROLE}";\n`,
    });
  });

  it('can serve a database that is up to date', async () => {
    await administer(database.url, GRANTS);
    await expectServes(forRole(database));
  });

  it('is told which privileges it lacks on the tables, and how to grant them', async () => {
    await administer(database.url, `revoke insert, delete on events from ${ROLE}`);
    await administer(database.url, `revoke all on event_heads from ${ROLE}`);
    const { code, err } = await run(['serve'], { DATABASE_URL: forRole(database), PORT: '0' });
    expect({ code, err }).toEqual({
      code: 2,
      err: `DATABASE_URL must name a role that is allowed to read and write the tables; ${ROLE} lacks insert, delete on events and select, insert, update on event_heads. As the owner of the tables, run: grant insert, delete on events to ${ROLE}; grant select, insert, update on event_heads to ${ROLE};\n`,
    });
    await administer(database.url, err.slice(err.indexOf('grant')));
    await expectServes(forRole(database));
  });

  it('can serve a read-only database without privileges to write, and the log names them', async () => {
    const environment = { DATABASE_URL: forRole(database), API_TOKEN: TOKEN };
    await (await serve(environment)).end(); // which has stored the token
    await administer(database.url, `revoke insert, update, delete on events, event_heads from ${ROLE}`);
    const gateway = await serve({ ...environment, DATABASE_URL: readOnlyUrlOf(environment.DATABASE_URL) });
    expect((await gateway.send(SEGMENTS)).status).toBe(200);
    expect((await gateway.send('/v1/events')).status).toBe(200);
    expect(gateway.said().out).toContain(
      `"missing":["insert, update, delete on events","insert, update on event_heads"],"remedy":"grant insert, update, delete on events to ${ROLE}; grant insert, update on event_heads to ${ROLE};"`,
    );
    expect(await gateway.end()).toBe(0);
    await administer(database.url, GRANTS);
  });

  it('is told to run segments migrate as the owner if migrations are missing', async () => {
    const empty = await makeDatabase({ template: false });
    expect(await run(['serve'], { DATABASE_URL: forRole(empty), PORT: '0' })).toMatchObject({
      code: 2,
      err: expect.stringMatching(
        /^DATABASE_URL must name a role that is allowed to create tables, .* "app_\d+" is not \(permission denied for .*\)\. Run "segments migrate" with a DATABASE_URL of the owner of the tables, then start again\.\n$/,
      ),
    });
    await empty.drop();
  });
});

describe('a read-only database', () => {
  it('is served if it is up to date', async () => {
    const database = await makeDatabase();
    const gateway = await serve({ DATABASE_URL: database.url, API_TOKEN: TOKEN });
    await gateway.end(); // which has stored the token
    const reader = await serve({ DATABASE_URL: readOnlyUrlOf(database.url), API_TOKEN: TOKEN });
    expect((await reader.send(SEGMENTS)).status).toBe(200);
    expect((await reader.send(SEGMENTS, 'POST', { name: 'n', criteria: 'c', description: '' })).status).toBe(
      503,
    );
    expect(await reader.end()).toBe(0);
    await database.drop();
  });

  it('is refused with the reason if migrations are missing', async () => {
    const database = await makeDatabase({ template: false });
    expect(await run(['serve'], { DATABASE_URL: readOnlyUrlOf(database.url), PORT: '0' })).toMatchObject({
      code: 2,
      err: expect.stringContaining('cannot execute CREATE SCHEMA in a read-only transaction'),
    });
    await database.drop();
  });
});

describe('a database that a newer version has migrated', () => {
  let database: Database;
  beforeAll(async () => {
    database = await makeDatabase();
    await administer(
      database.url,
      `insert into drizzle.__drizzle_migrations (hash, created_at) values ('x', ${Date.UTC(2100, 0, 1)})`,
    );
  });
  afterAll(() => database.drop());

  it('is refused by serve and other commands, and one line says why', async () => {
    for (const args of [['serve'], ['migrate'], ['token', 'list']]) {
      expect(await run(args, { DATABASE_URL: database.url, PORT: '0' })).toMatchObject({
        code: 1,
        err: expect.stringMatching(
          /^The database is newer than this version: it is at the migration of 2100-01-01T00:00:00.000Z, and this version has none after 20\d\d-.*Z\. Start the version that migrated it or a later one; .*DATABASE_NEWER=serve\.\n$/,
        ),
      });
    }
  });

  it('is served if DATABASE_NEWER is serve', async () => {
    await expectServes(database.url, { DATABASE_NEWER: 'serve' });
  });
});
