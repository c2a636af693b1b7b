import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { WrongConfig } from '../wrong-config.ts';

/**
 * Creates a folder, and missing ones above it. Does not use the `recursive` option of `mkdirSync`: below `/proc`, it tries the same
 * two folders forever and blocks signals, and on a read-only disk, it reports ENOENT.
 */
export function makeFolder(path: string, mode = 0o700): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (isFolder(path)) return;
    if (codeOf(error) !== 'ENOENT' || isFolder(dirname(path))) throw error;
    makeFolder(dirname(path), mode);
    makeFolder(path, mode); // by now, another process may have made it
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/**
 * Writes a new file next to another one, which it is going to replace. Only its owner can read it. The name is random, so no other
 * process uses it, not even one in another container with the same process id, and nobody can put a link there.
 */
export function writeDraft(path: string, content: string): string {
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, content, { mode: 0o600, flag: 'wx' });
  return draft;
}

/**
 * Returns the content of a file that only its owner can read, and creates it if it does not exist. Processes that create it at the
 * same time get the same content. One that is killed leaves a complete file or none.
 */
export function writeOnce(path: string, make: () => string): string {
  while (statSync(path, { throwIfNoEntry: false }) === undefined) {
    const draft = writeDraft(path, make());
    try {
      linkSync(draft, path);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    } finally {
      rmSync(draft);
    }
  }
  return readFileSync(path, 'utf8');
}

/** What the errors of the file system mean for a folder that cannot be used. Trying again would not help. */
const PROBLEMS: Record<string, string> = {
  ENOTDIR: 'which is a file or lies below one',
  EEXIST: 'which is a file',
  ENOENT: 'where no folder can be created',
  EROFS: 'which is on a read-only file system',
  EACCES: 'which this user is not allowed to read and write',
  EPERM: 'which this user is not allowed to read and write',
  ELOOP: 'which has a loop of symbolic links',
  ENAMETOOLONG: 'which is too long',
};

/** Does something in a DATA_DIR. Errors of the file system name it; they are a WrongConfig if the folder is wrong. */
export async function inFolder<Result>(
  dataDir: string,
  work: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const code = codeOf(error);
    const problem = Object.hasOwn(PROBLEMS, code) ? PROBLEMS[code] : undefined;
    const named = `DATA_DIR is ${JSON.stringify(dataDir)}`;
    if (problem)
      throw new WrongConfig(`${named}, ${problem} (${code}): set it to a folder that can be written.`);
    if (!code || !(error instanceof Error)) throw error;
    throw new Error(`${named}, which cannot be used: ${error.message}.`);
  }
}

/** Returns the code of an error of the file system; empty for other errors, such as those of programs and sockets. */
const codeOf = (error: unknown): string =>
  error instanceof Error &&
  'code' in error &&
  'syscall' in error &&
  !/^(spawn|connect)/.test(String(error.syscall))
    ? String(error.code)
    : '';
