import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { inFolder } from '../../src/embedded-postgres/folder.ts';
import { processes } from './gateway-process.ts';

const { run, temporaryFolder } = processes();
const folder = temporaryFolder();
const file = join(folder, 'file');
writeFileSync(file, '');

const readOnly = temporaryFolder();
const isMounted = mountReadOnly();

/** Mounts a read-only file system, which only works as root on Linux. */
function mountReadOnly(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro,size=1m', 'tmpfs', readOnly], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

afterAll(() => {
  if (isMounted) execFileSync('umount', [readOnly]);
});

describe.concurrent('a DATA_DIR that cannot be used', () => {
  it.each([
    ['a file', file, 'which is a file (EEXIST)'],
    ['below a file', join(file, 'a', 'b'), 'which is a file or lies below one (ENOTDIR)'],
    ['too long', join(folder, 'x'.repeat(300)), 'which is too long (ENAMETOOLONG)'],
    ...(existsSync('/proc/self')
      ? [
          ['below /proc', '/proc/nope', 'where no folder can be created (ENOENT)'] as const,
          ['far below /proc', '/proc/nope/a/b', 'where no folder can be created (ENOENT)'] as const,
        ]
      : []),
    ...(isMounted
      ? [
          [
            'on a read-only disk',
            join(readOnly, 'data'),
            'which is on a read-only file system (EROFS)',
          ] as const,
        ]
      : []),
  ] as const)('because it is %s is reported in one line', async (_, dataDir, problem) => {
    for (const args of [['serve'], ['token', 'list']]) {
      expect(await run(args, { DATA_DIR: dataDir, PORT: '0' })).toEqual({
        code: 2,
        out: args[0] === 'serve' ? expect.any(String) : '',
        err: `DATA_DIR is ${JSON.stringify(dataDir)}, ${problem}: set it to a folder that can be written.\n`,
      });
    }
  });
});

describe('a DATA_DIR', () => {
  const failing = (code: string, syscall: string) => () => {
    throw Object.assign(new Error(`${code}: said the system`), { code, syscall });
  };

  it.each(['EACCES', 'EPERM'])('that this user may not use is reported: %s', async (code) => {
    await expect(inFolder('data', failing(code, 'mkdir'))).rejects.toThrow(
      `DATA_DIR is "data", which this user is not allowed to read and write (${code}): set it to a folder that can be written.`,
    );
  });

  it('on a full disk is reported with the error of the system', async () => {
    await expect(inFolder('data', failing('ENOSPC', 'write'))).rejects.toThrow(
      'DATA_DIR is "data", which cannot be used: ENOSPC: said the system.',
    );
  });

  it('is not blamed for a program that cannot be started', async () => {
    await expect(inFolder('data', failing('EACCES', 'spawn initdb'))).rejects.toThrow(/^EACCES/);
  });
});
