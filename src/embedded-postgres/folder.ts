import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { WrongConfig } from '../wrong-config.ts';

/**
 * Makes a folder, and those above it that are not there. Not by `recursive` of `mkdirSync`: below `/proc` that tries the same
 * two folders in turn for ever, deaf to signals, and on a disk that is read-only it says ENOENT.
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
 * Writes a new file beside another one, to be put in its place: only its owner can read it. No other process has a draft of
 * this name, also in another container, where process ids repeat; and no link can wait there.
 */
export function writeDraft(path: string, content: string): string {
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, content, { mode: 0o600, flag: 'wx' });
  return draft;
}

/**
 * The content of a file that the first start makes, which only its owner can read. Processes that make it at the same time get
 * the same content. One that is killed leaves the whole file or none.
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

/** What the errors of the file system say of a folder that can not be used, however often it is tried. */
const PROBLEMS: Record<string, string> = {
  ENOTDIR: 'which is a file or lies below one',
  EEXIST: 'which is a file',
  ENOENT: 'where no folder can be created',
  EROFS: 'which is on a file system that can only be read',
  EACCES: 'which this user is not allowed to read and write',
  EPERM: 'which this user is not allowed to read and write',
  ELOOP: 'which leads to a loop of links',
  ENAMETOOLONG: 'which is too long',
};

/** Does something in a DATA_DIR. An error of the file system then names it: WrongConfig where the folder is to blame. */
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

/** Of the file system's errors, their code; empty for any other, such as those of programs and sockets. */
const codeOf = (error: unknown): string =>
  error instanceof Error &&
  'code' in error &&
  'syscall' in error &&
  !/^(spawn|connect)/.test(String(error.syscall))
    ? String(error.code)
    : '';
