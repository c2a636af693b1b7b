import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, closeSync, existsSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setAccess } from './access.ts';
import type { Binaries } from './binaries.ts';
import { serverEnvironment } from './environment.ts';
import { makeFolder } from './folder.ts';
import { giveTo } from './ownership.ts';
import { ensurePasswords } from './passwords.ts';
import { initdbUser, isRoot, type ServerUser } from './server-user.ts';

/** The C.UTF-8 that is built into Postgres. It sorts the same on every machine, and converts case beyond ASCII. */
const LOCALE = ['-E', 'UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];

/** Much longer than initdb needs. */
const INITDB_MS = 120_000;

/**
 * Creates a database cluster in a folder, for a user, unless there is one. It is created in another folder and then renamed. So a
 * process that is killed, or two at once, leave either a complete cluster or none.
 */
export async function ensureCluster(
  folder: string,
  { initdb }: Binaries,
  user: ServerUser,
  signal: AbortSignal,
): Promise<void> {
  removeUnfinished(folder);
  if (existsSync(join(folder, 'PG_VERSION'))) return;
  const unfinished = `${folder}${UNFINISHED}${process.pid}`;
  try {
    makeFolder(unfinished);
    const maker = initdbUser();
    if (maker) chownSync(unfinished, maker.uid, maker.gid);
    await runInitdb(initdb, unfinished, maker, signal);
    giveTo(unfinished, user);
    setAccess(unfinished, 'setup', user);
    ensurePasswords(folder);
    renameSync(unfinished, folder);
  } catch (error) {
    remove(unfinished);
    if (!existsSync(join(folder, 'PG_VERSION'))) throw error; // otherwise another gateway was faster
  }
}

async function runInitdb(
  initdb: string,
  folder: string,
  maker: ServerUser,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const opened = openFolder(folder);
  const child = spawn(initdb, ['-D', opened.path, '-U', 'postgres', '-A', 'reject', ...LOCALE], {
    ...maker,
    env: serverEnvironment(),
    cwd: '/',
    detached: true, // a process group of its own, so that the server that it runs ends with it
    stdio: ['ignore', 'ignore', 'pipe', ...opened.stdio],
  });
  const kill = () => killGroup(child);
  const ended = AbortSignal.any([signal, AbortSignal.timeout(INITDB_MS)]);
  ended.addEventListener('abort', kill);
  process.once('exit', kill);
  const said = child.stderr ? text(child.stderr) : '';
  try {
    await once(child, 'close');
  } finally {
    opened.close();
    ended.removeEventListener('abort', kill);
    process.off('exit', kill);
  }
  ended.throwIfAborted();
  if (child.exitCode !== 0) throw new Error(`Postgres' initdb failed: ${(await said).trim()}`);
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {} // it ended in between
}

/**
 * Returns a path by which the server's user can enter a folder. If we are root, that user may not be able to enter a folder above
 * (`/root`). So root opens the folder and passes it on, and the path is `/proc/self/fd/3`.
 */
export function openFolder(folder: string): { path: string; stdio: number[]; close(): void } {
  if (!isRoot || process.platform !== 'linux') return { path: folder, stdio: [], close: () => {} };
  const fd = openSync(folder, 'r');
  return { path: '/proc/self/fd/3', stdio: [fd], close: () => closeSync(fd) };
}

/** Separates the name of a cluster from the id of the process that creates it. Nobody names a copy of their own like this. */
const UNFINISHED = '.unfinished-';

/** Removes clusters that a killed process left unfinished. In a container, it may have had the same id as this one. */
function removeUnfinished(folder: string): void {
  const prefix = basename(folder) + UNFINISHED;
  for (const name of readdirSync(dirname(folder))) {
    const pid = name.startsWith(prefix) ? name.slice(prefix.length) : '';
    if (!/^\d+$/.test(pid) || (Number(pid) !== process.pid && isAlive(Number(pid)))) continue;
    remove(join(dirname(folder), name));
  }
}

/** Retries, because the initdb of a killed process may run, and write, for a moment longer. */
const remove = (folder: string) => rmSync(folder, { recursive: true, force: true, maxRetries: 10 });

/** Whether a process with this id is running, no matter whose. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
