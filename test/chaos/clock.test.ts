import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { birthOf } from '../../src/segments/segment-id.ts';
import { administer, makeDatabase } from '../postgres.ts';
import { processes, type Running, SEGMENTS, TOKEN } from '../process/gateway-process.ts';

const { run, serve, temporaryFolder } = processes();
const library = findLibrary();

/** The library that fakes the time of a process (Debian's `faketime`), or null if it is not installed. */
function findLibrary(): string | null {
  const find = 'find /usr/lib /usr/local/lib -name libfaketime.so.1 2>/dev/null | head -n 1';
  return execFileSync('sh', ['-c', find]).toString().trim() || null;
}

/** Fakes the time of a process. Its offset from the real time, such as `+5m`, is a variable or the content of a file. */
const faked = (variables: Record<string, string>) => ({
  LD_PRELOAD: library ?? '',
  FAKETIME_DONT_FAKE_MONOTONIC: '1', // as when the clock of a machine is set
  ...variables,
});

const create = async ({ send }: Running, name: string) => {
  const made = await send(SEGMENTS, 'POST', { name, criteria: 'c', description: '' });
  expect(made.status).toBe(201);
  return (await made.json()) as { id: string; created_at: number };
};

const page = async ({ send }: Running, limit: number): Promise<string[]> => {
  const { data } = (await (await send(`${SEGMENTS}?limit=${limit}`)).json()) as { data: { id: string }[] };
  return data.map(({ id }) => id);
};

describe.skipIf(!library)('two gateways whose clocks differ by ten minutes', () => {
  let database: Awaited<ReturnType<typeof makeDatabase>>;
  let gateways: Running[] = [];

  beforeAll(async () => {
    database = await makeDatabase();
    const environment = { DATABASE_URL: database.url, API_TOKEN: TOKEN };
    gateways = await Promise.all(
      ['+5m', '-5m'].map((FAKETIME) => serve({ ...environment, ...faked({ FAKETIME }) })),
    );
  });
  afterAll(async () => {
    await Promise.all(gateways.map(({ end }) => end()));
    await database.drop();
  });

  /** Waits until the database's clock has passed a create, because one that overlaps it may get an earlier time. */
  const waitUntilPast = (id: string) =>
    expect
      .poll(async () => {
        const [row] = await administer(database.url, 'select clock_timestamp() as now');
        return row.now.getTime();
      })
      .toBeGreaterThan(birthOf(id).getTime());

  it('create ids in order, and a client that polls for the newest segments misses none', async () => {
    const [ahead, behind] = gateways as [Running, Running];
    const made: string[] = [];
    const seen: string[] = [];
    for (let i = 0; i < 60; i++) {
      const { id, created_at } = await create(i % 2 === 0 ? ahead : behind, `n${i}`);
      made.push(id);
      expect(Math.abs(created_at - Date.now() / 1_000)).toBeLessThan(4 * 60);
      await waitUntilPast(id);
      if (i % 3 === 0) continue; // so that sometimes two are new
      const newest = await page(behind, 5);
      const last = newest.indexOf(seen.at(-1) ?? '');
      seen.push(...newest.slice(0, last < 0 ? undefined : last).toReversed());
    }
    expect(made).toEqual(made.toSorted());
    expect(seen).toEqual(made);
    expect(await page(ahead, 100)).toEqual(made.toReversed());
  });
});

describe.skipIf(!library)('a gateway whose clock jumps', () => {
  const clock = join(temporaryFolder(), 'clock');
  /** Sets the offset of the clock from the real time, such as `-1h`. */
  const setClock = (offset: string) => writeFileSync(clock, `${offset}\n`);
  let database: Awaited<ReturnType<typeof makeDatabase>>;
  let gateway: Running;

  beforeAll(async () => {
    setClock('+0');
    database = await makeDatabase({ template: false });
    gateway = await serve({
      DATABASE_URL: database.url,
      API_TOKEN: TOKEN,
      ...faked({ FAKETIME_TIMESTAMP_FILE: clock, FAKETIME_NO_CACHE: '1' }),
    });
  });
  afterAll(async () => {
    await gateway.end();
    await database.drop();
  });

  it('keeps creating ids in order', async () => {
    const made = [await create(gateway, 'now')];
    for (const offset of ['-1h', '+2h', '-30d', '+0']) {
      setClock(offset);
      for (let i = 0; i < 3; i++) made.push(await create(gateway, offset));
    }
    const ids = made.map(({ id }) => id);
    expect(ids.toSorted()).toEqual(ids);
    const times = made.map(({ created_at }) => created_at);
    expect(times.toSorted((a, b) => a - b)).toEqual(times);
    expect(Math.max(...times) - Math.min(...times)).toBeLessThan(60 * 60); // no jump shows
    expect(await page(gateway, 100)).toEqual(ids.toReversed());
  });

  it("accepts a token that has not expired by the database's clock", async () => {
    const args = ['token', 'create', '--account', 'a', '--name', 'n', '--scopes', 'segments:read'];
    const { out } = await run([...args, '--expires', '1'], { DATABASE_URL: database.url });
    const token = { authorization: `Bearer ${/sgw_\w+/.exec(out)?.[0]}` };
    for (const offset of ['+0', '+2d', '-2d']) {
      setClock(offset);
      expect((await gateway.send(SEGMENTS, 'GET', undefined, token)).status).toBe(200);
    }
  });

  it('stays up and ready', async () => {
    for (const offset of ['-1h', '+1h', '+0']) {
      setClock(offset);
      await expect.poll(async () => (await gateway.send('/health/ready')).status).toBe(200);
      expect((await gateway.send(SEGMENTS)).status).toBe(200);
    }
    expect(gateway.child.exitCode).toBeNull();
  });
});
