import { randomUUID } from 'node:crypto';
import { afterAll, describe, inject, it } from 'vitest';
import { administer, urlOf } from '../postgres.ts';
import { processes, SEGMENTS, TOKEN } from './gateway-process.ts';

const { run, serve } = processes();
const server = inject('postgres');
const databases: string[] = [];

/** Creates an empty database with the locale C of the system's library, which works with any encoding. */
async function databaseOf(encoding: string): Promise<string> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const [version] = await administer(server, 'show server_version_num');
  const provider = Number(version.server_version_num) >= 150_000 ? 'locale_provider libc' : '';
  const options = `encoding '${encoding}' lc_collate 'C' lc_ctype 'C' ${provider} template template0`;
  await administer(server, `create database ${name} ${options}`);
  databases.push(name);
  return urlOf(server, name);
}

afterAll(async () => {
  for (const name of databases) await administer(server, `drop database ${name} with (force)`);
});

describe.concurrent('a database that cannot hold every character', () => {
  it.for(['LATIN1', 'SQL_ASCII', 'EUC_JP'])('is refused at start: %s', async (encoding, { expect }) => {
    const url = await databaseOf(encoding);
    const line = `DATABASE_URL must name a database with the encoding UTF8; it has ${encoding}. Create another one: CREATE DATABASE segments ENCODING 'UTF8' TEMPLATE template0.\n`;
    for (const command of ['serve', 'migrate']) {
      const { code, err } = await run([command], { DATABASE_URL: url, PORT: '0' });
      expect([code, err]).toEqual([2, line]);
    }
    const tables = `select count(*)::int as tables from pg_tables where schemaname = 'public'`;
    expect(await administer(url, tables)).toEqual([{ tables: 0 }]);
  });
});

const WARNING = 'The locale of the database supports only the letters A to Z';

describe.concurrent('a database whose locale only knows A to Z', () => {
  it('is used, with a warning', async ({ expect }) => {
    const gateway = await serve({ DATABASE_URL: await databaseOf('UTF8'), API_TOKEN: TOKEN });
    expect((await gateway.send(SEGMENTS)).status).toBe(200);
    await gateway.end();
    const lines = gateway
      .said()
      .out.trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const warnings = lines.filter(({ level }) => level === 40).map(({ msg }) => msg);
    expect(warnings).toContainEqual(expect.stringContaining(WARNING));
  });

  it('is not the default of the embedded Postgres', async ({ expect }) => {
    const name = `test_${randomUUID().replaceAll('-', '')}`;
    await administer(server, `create database ${name}`);
    databases.push(name);
    const gateway = await serve({ DATABASE_URL: urlOf(server, name), API_TOKEN: TOKEN });
    await gateway.end();
    expect(gateway.said().out).not.toContain(WARNING);
  });
});
