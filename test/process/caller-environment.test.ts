import { describe, expect, it } from 'vitest';
import { type Environment, processes, SEGMENTS, TOKEN } from './gateway-process.ts';

const { run, serve, temporaryFolder } = processes();

/** Variables that a caller may have set for another Postgres, or for all programs. */
const HOSTILE: Environment = {
  PGHOST: '/nowhere',
  PGHOSTADDR: '192.0.2.1',
  PGPORT: '1',
  PGUSER: 'me',
  PGDATABASE: 'mine',
  PGPASSWORD: 'x',
  PGPASSFILE: '/nowhere',
  PGSERVICE: 'mine',
  PGOPTIONS: '-c default_transaction_read_only=on',
  PGSSLMODE: 'require',
  PGSSLNEGOTIATION: 'direct',
  PGREQUIRESSL: '1',
  PGAPPNAME: 'mine',
  PGCLIENTENCODING: 'LATIN1',
  PGCLIENT_ENCODING: 'LATIN1',
  PGREPLICATION: 'database',
  PGBINARY: '1',
  PGCONNECT_TIMEOUT: '1',
  PGDATESTYLE: 'German',
  PGTZ: 'Asia/Tokyo',
  PGGEQO: 'off',
  PGDATA: '/nowhere',
  PGSYSCONFDIR: '/nowhere',
  PGLOCALEDIR: '/nowhere',
  LANG: 'tr_TR.UTF-8',
  LC_ALL: 'nonsense',
  LC_MESSAGES: 'de_DE.UTF-8',
  TZ: 'Asia/Tokyo',
};

/** Starts the gateway, creates a segment and lists segments. */
async function expectWorks(environment: Environment): Promise<void> {
  const gateway = await serve({ API_TOKEN: TOKEN, ...environment });
  const draft = { name: 'Größe İ', criteria: 'c', description: '' };
  const created = await gateway.send(SEGMENTS, 'POST', draft);
  expect(await created.json()).toMatchObject(draft);
  expect((await gateway.send(SEGMENTS)).status).toBe(200);
  expect(await gateway.end()).toBe(0);
}

describe('the embedded Postgres', () => {
  const dataDir = temporaryFolder();

  it('is created and works even if all variables that Postgres reads are set', async () => {
    await expectWorks({ ...HOSTILE, DATA_DIR: dataDir });
    expect(await run(['token', 'list'], { ...HOSTILE, DATA_DIR: dataDir })).toMatchObject({
      code: 0,
      err: '',
    });
  });

  it.each(Object.entries(HOSTILE))('works even if %s is %s', async (name, value) => {
    await expectWorks({ [name]: value, DATA_DIR: dataDir });
  });
});
