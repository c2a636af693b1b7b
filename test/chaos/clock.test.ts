import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDatabase } from '../postgres.ts';
import { processes, type Running, SEGMENTS, TOKEN } from '../process/gateway-process.ts';

const { run, serve, temporaryFolder } = processes();
const library = installed();

/** The library that shows a process another time than it is (Debian's `faketime`); null where it is not installed. */
function installed(): string | null {
  const find = 'find /usr/lib /usr/local/lib -name libfaketime.so.1 2>/dev/null | head -n 1';
  return execFileSync('sh', ['-c', find]).toString().trim() || null;
}

describe.skipIf(!library)('a gateway whose clock jumps', () => {
  const clock = join(temporaryFolder(), 'clock');
  /** So much from the time that it is: `-1h`. */
  const set = (offset: string) => writeFileSync(clock, `${offset}\n`);
  let database: Awaited<ReturnType<typeof makeDatabase>>;
  let gateway: Running;

  beforeAll(async () => {
    set('+0');
    database = await makeDatabase({ template: false });
    gateway = await serve({
      DATABASE_URL: database.url,
      API_TOKEN: TOKEN,
      LD_PRELOAD: library ?? '',
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1', // as on a machine whose time is set
    });
  });
  afterAll(async () => {
    await gateway.end();
    await database.drop();
  });

  const create = async (name: string) => {
    const made = await gateway.send(SEGMENTS, 'POST', { name, criteria: 'c', description: '' });
    return (await made.json()) as { id: string; created_at: number };
  };

  it('goes on making ids in the order of creation', async () => {
    const made = [await create('now')];
    for (const offset of ['-1h', '+2h', '-30d', '+0']) {
      set(offset);
      for (let i = 0; i < 3; i++) made.push(await create(offset));
    }
    const ids = made.map(({ id }) => id);
    expect(ids.toSorted()).toEqual(ids);
    const times = made.map(({ created_at }) => created_at);
    expect(times.toSorted((a, b) => a - b)).toEqual(times);
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThanOrEqual(2 * 60 * 60); // the jump was felt
    const { data } = (await (await gateway.send(`${SEGMENTS}?limit=100`)).json()) as {
      data: { id: string }[];
    };
    expect(data.map(({ id }) => id)).toEqual(ids.toReversed());
  });

  it('takes a token as long as the database says, and no longer', async () => {
    const args = ['token', 'create', '--account', 'a', '--name', 'n', '--scopes', 'segments:read'];
    const { out } = await run([...args, '--expires', '1'], { DATABASE_URL: database.url });
    const token = { authorization: `Bearer ${/sgw_\w+/.exec(out)?.[0]}` };
    for (const offset of ['+0', '+2d', '-2d']) {
      set(offset);
      expect((await gateway.send(SEGMENTS, 'GET', undefined, token)).status).toBe(200);
    }
  });

  it('stays up and ready', async () => {
    for (const offset of ['-1h', '+1h', '+0']) {
      set(offset);
      await expect.poll(async () => (await gateway.send('/health/ready')).status).toBe(200);
      expect((await gateway.send(SEGMENTS)).status).toBe(200);
    }
    expect(gateway.child.exitCode).toBeNull();
  });
});
