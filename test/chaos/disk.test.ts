import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processes, type Running, SEGMENTS, TOKEN } from '../process/gateway-process.ts';
import { mortalPostgres } from './postgres.ts';

const { serve, temporaryFolder } = processes();
const folder = temporaryFolder();
const hasSmallDisk = mounted();

/** A disk of 160 MB, where one may be mounted: as root, on Linux. */
function mounted(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=160m,mode=755', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

afterAll(() => {
  if (hasSmallDisk) execFileSync('umount', ['--lazy', folder]);
});

describe.skipIf(!hasSmallDisk)('a database whose disk is full', () => {
  let postgres: Awaited<ReturnType<typeof mortalPostgres>>;
  let gateway: Running;

  beforeAll(async () => {
    postgres = await mortalPostgres(folder);
    gateway = await serve({ DATABASE_URL: postgres.url, API_TOKEN: TOKEN });
  });
  afterAll(async () => {
    await gateway.end();
    await postgres.stop();
  });

  const create = () =>
    gateway.send(SEGMENTS, 'POST', { name: 'n', criteria: 'c'.repeat(5_000), description: '' });
  const count = async () => {
    const response = await gateway.send('/graphql', 'POST', {
      query: '{ segments(first: 1) { totalCount } }',
    });
    return (await response.json()).data.segments.totalCount;
  };

  it('refuses what it has no room for, gives what it has, and goes on when there is room', async () => {
    let acknowledged = 0;
    for (; acknowledged < 10; acknowledged++) expect((await create()).status).toBe(201);
    const ballast = join(folder, 'ballast');
    expect(() => writeFileSync(ballast, Buffer.alloc(160 * 1024 * 1024))).toThrow('ENOSPC');
    let refused = 0;
    for (let i = 0; i < 2_000 && refused < 20; i++) {
      const { status } = await create();
      expect([201, 503]).toContain(status);
      if (status === 201) acknowledged += 1;
      else refused += 1;
    }
    expect(refused).toBe(20);
    expect(await count()).toBe(acknowledged);
    rmSync(ballast);
    await expect.poll(async () => (await create()).status).toBe(201);
    expect(await count()).toBe(acknowledged + 1);
  });
});
