import { expect, it } from 'vitest';
import { testGateway } from '../harness.ts';
import { administer } from '../postgres.ts';

const gateway = testGateway();

it('A connection that is lost while it is in use, between two statements, does not end the process', async () => {
  const { probe, $client } = gateway.database;
  for (const pool of [probe, $client]) {
    const client = await pool.connect();
    const { rows } = await client.query('select pg_backend_pid() as pid');
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    await administer($client.options.connectionString ?? '', `select pg_terminate_backend(${rows[0].pid})`);
    await ended;
    await expect(client.query('select 1')).rejects.toThrow();
    client.release(true);
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  }
});
