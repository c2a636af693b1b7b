import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Embedded } from '../../src/embedded-postgres/server.ts';
import { administer, openPostgres, urlOf } from '../postgres.ts';
import { type Environment, processes } from './gateway-process.ts';

const { run, temporaryFolder } = processes();
let postgres: Embedded;

beforeAll(async () => {
  const rules = 'local all app scram-sha-256\nlocal all all trust\n';
  postgres = await openPostgres(temporaryFolder(), [], rules);
  await administer(postgres.url, `create role app login password 'right'`);
});
afterAll(() => postgres.stop());

const as = (login: string, database = 'postgres') =>
  urlOf(postgres.url, database).replace('//postgres@', `//${login}@`);

/** Runs `serve` without waiting for the database, and returns how it ended. */
const serveWithoutWait = (environment: Environment) =>
  run(['serve'], { DATABASE_WAIT: '0', PORT: '0', ...environment });

describe('a start reports a DATABASE_URL with', () => {
  it.each<[string, () => string, string]>([
    [
      'a wrong password',
      () => as('app:hidden'),
      'DATABASE_URL was refused by its database: password authentication failed for user "app" (28P01).',
    ],
    ['a missing password', () => as('app'), 'DATABASE_URL must have a password: its database requires one.'],
    [
      'a password that is missing',
      () => as('app'),
      'DATABASE_URL must have a password: its database requires one.',
    ],
    [
      'a role that is not there',
      () => as('nobody:hidden'),
      'DATABASE_URL was refused by its database: role "nobody" does not exist (28000).',
    ],
    [
      'an unknown database',
      () => as('postgres:hidden', 'nowhere'),
      'DATABASE_URL was refused by its database: database "nowhere" does not exist (3D000).',
    ],
    [
      'an unknown host',
      () => 'postgres://app:hidden@no-such-host.invalid/db',
      'DATABASE_URL must name a host that can be resolved; "no-such-host.invalid" cannot (ENOTFOUND).',
    ],
  ])('%s', async (_, url, line) => {
    const { code, err } = await serveWithoutWait({ DATABASE_URL: url() });
    expect([code, err]).toEqual([2, expect.stringMatching(/^DATABASE_URL .*\.\n$/)]);
    expect(err.replace('EAI_AGAIN', 'ENOTFOUND')).toBe(`${line}\n`);
  });

  it('a syntax error, together with other invalid variables', async () => {
    const { code, err } = await serveWithoutWait({
      DATABASE_URL: 'postgres://app:hid#den@127.0.0.1/db',
      GRAPHIQL: 'x',
    });
    expect([code, err.split('\n')]).toEqual([
      2,
      [
        'DATABASE_URL must have every # of a password written as %23; it contains a #.',
        'GRAPHIQL must be on or off; it is "x".',
        '',
      ],
    ]);
  });
});

describe('what DATABASE_URL leaves out', () => {
  it('is taken from PGUSER and PGPASSWORD, as in other Postgres clients', async () => {
    const url = postgres.url.replace('//postgres@', '//');
    const { code, err } = await run(['migrate'], { DATABASE_URL: url, PGUSER: 'app', PGPASSWORD: 'wrong' });
    expect([code, err]).toEqual([2, expect.stringContaining('for user "app"')]);
    expect((await run(['migrate'], { DATABASE_URL: url, PGUSER: 'postgres' })).code).toBe(0);
  });
});

describe('an address that cannot be listened on', () => {
  it.each([
    [
      { HOST: 'no-such-host.invalid' },
      /^HOST must be an address, or a name that resolves to one; it is "no-such-host.invalid"/,
    ],
    [{ HOST: '192.0.2.1' }, /^HOST must be an address of this machine; it is "192.0.2.1" \(EADDRNOTAVAIL\)/],
  ])('is reported: %j', async (environment, line) => {
    const { code, err } = await serveWithoutWait({ DATABASE_URL: postgres.url, ...environment });
    expect([code, err]).toEqual([2, expect.stringMatching(line)]);
  });
});
