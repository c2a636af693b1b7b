import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processes, type Running, SEGMENTS, TOKEN } from '../process/gateway-process.ts';
import { killablePostgres } from './postgres.ts';

const { serve, temporaryFolder } = processes();
const DISK_MB = 160;
const disks = [temporaryFolder(), temporaryFolder()] as const;
const hasSmallDisks = disks.every(mount);

/** Mounts a small disk, which only root on Linux can do. Returns whether it was mounted. */
function mount(folder: string): boolean {
  try {
    const options = `size=${DISK_MB}m,mode=755`;
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

afterAll(() => {
  if (hasSmallDisks) for (const folder of disks) execFileSync('umount', ['--lazy', folder]);
});

/** Fills a disk completely. Returns a function that frees the space. */
function fill(folder: string): () => void {
  const ballast = join(folder, 'ballast');
  expect(() => writeFileSync(ballast, Buffer.alloc(DISK_MB * 1024 * 1024))).toThrow('ENOSPC');
  return () => rmSync(ballast);
}

/** A client of a gateway. The texts that it writes cannot be compressed. */
function clientOf({ send }: Running, headers: Record<string, string> = {}) {
  const create = async () => {
    const draft = { name: 'n', criteria: randomBytes(2_500).toString('hex'), description: '' };
    return (await send(SEGMENTS, 'POST', draft, headers)).status;
  };
  return {
    create,
    /** Creates segments until the disk is full. Returns how many were acknowledged. */
    async fillUp(): Promise<number> {
      let acknowledged = 0;
      let refused = 0;
      for (let i = 0; i < 5_000 && refused < 20; i++) {
        const status = await create();
        expect([201, 503]).toContain(status);
        if (status === 201) acknowledged += 1;
        else refused += 1;
      }
      expect(refused).toBe(20);
      return acknowledged;
    },
    async count(): Promise<number> {
      const query = '{ segments(first: 1) { totalCount } }';
      const response = await send('/graphql', 'POST', { query }, headers);
      return (await response.json()).data.segments.totalCount;
    },
  };
}

describe.skipIf(!hasSmallDisks)('a database whose disk is full', () => {
  const [folder] = disks;
  let postgres: Awaited<ReturnType<typeof killablePostgres>>;
  const gateways: Running[] = [];
  const start = async () => {
    const gateway = await serve({ DATABASE_URL: postgres.url, API_TOKEN: TOKEN });
    gateways.push(gateway);
    return clientOf(gateway);
  };

  beforeAll(async () => {
    postgres = await killablePostgres(folder);
  });
  afterAll(async () => {
    for (const { end } of gateways) await end();
    await postgres.stop();
  });

  it('refuses writes, answers reads, and accepts writes again once there is space', async () => {
    const { create, fillUp, count } = await start();
    for (let i = 0; i < 10; i++) expect(await create()).toBe(201);
    const freeSpace = fill(folder);
    const acknowledged = 10 + (await fillUp());
    expect(await count()).toBe(acknowledged);

    const second = await start();
    expect(await second.count()).toBe(acknowledged);
    expect(await second.create()).toBe(503);

    freeSpace();
    await expect.poll(create).toBe(201);
  });
});

describe.skipIf(!hasSmallDisks)('an embedded Postgres whose disk is full', () => {
  const DATA_DIR = join(disks[1], 'data');
  const start = async () => {
    const gateway = await serve({ DATA_DIR });
    const token = readFileSync(join(DATA_DIR, 'token'), 'utf8').trim();
    return { ...gateway, ...clientOf(gateway, { authorization: `Bearer ${token}` }) };
  };

  it('starts and answers reads, even after it was killed, and accepts writes once there is space', async () => {
    const first = await start();
    expect(await first.create()).toBe(201);
    await first.end();

    const freeSpace = fill(disks[1]);
    const second = await start();
    expect(await second.count()).toBe(1);
    const acknowledged = 1 + (await second.fillUp());
    expect(await second.count()).toBe(acknowledged);
    await second.end('SIGKILL');

    const third = await start();
    expect(await third.count()).toBe(acknowledged);
    process.kill(
      Number(readFileSync(join(DATA_DIR, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]),
      'SIGKILL',
    );
    await third.end();

    const fourth = await start();
    expect(await fourth.count()).toBe(acknowledged);
    expect(await fourth.create()).toBe(503);
    freeSpace();
    await expect.poll(fourth.create).toBe(201);
    await fourth.end();
  });
});
