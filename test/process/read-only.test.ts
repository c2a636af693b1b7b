import { expect, inject, it } from 'vitest';
import { administer, makeDatabase } from '../postgres.ts';
import { processes, SEGMENTS, TOKEN } from './gateway-process.ts';

const { serve } = processes();

it('a new API_TOKEN does not prevent the start on a read-only database, and is valid once it can be stored', async () => {
  const { url, drop } = await makeDatabase();
  const [{ name }] = await administer(url, 'select current_database() as name');
  const known = await serve({ DATABASE_URL: url, API_TOKEN: TOKEN });
  await known.end();
  await administer(url, `alter database ${name} set default_transaction_read_only = on`);

  const gateway = await serve({ DATABASE_URL: url, API_TOKEN: `${TOKEN}-that-is-new` });
  const statusOf = async (token: string) => {
    const authorization = `Bearer ${token}`;
    return (await gateway.send(SEGMENTS, 'GET', undefined, { authorization })).status;
  };
  expect(gateway.said().out).toContain('"reason":"25006","msg":"API_TOKEN is not valid yet');
  expect(await statusOf(TOKEN)).toBe(200);
  expect(await statusOf(`${TOKEN}-that-is-new`)).toBe(401);

  await administer(inject('postgres'), `alter database ${name} reset default_transaction_read_only`);
  await administer(
    inject('postgres'),
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}' and pid <> pg_backend_pid()`,
  );
  await expect.poll(() => statusOf(`${TOKEN}-that-is-new`)).toBe(200);
  await gateway.end();
  await drop();
});
