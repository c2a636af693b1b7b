import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './cluster.ts';
import { passwordOf, type Role } from './passwords.ts';
import { openSocketFolder, socketOf } from './socket-folder.ts';

const STOP_MS = 10_000;
const POLL_MS = 10;

/** Returns the folder of the cluster in a DATA_DIR. */
export const clusterFolder = (dataDir: string): string => join(resolve(dataDir), 'postgres');

interface Login {
  role?: Role;
  database?: string;
  /** The path of its socket folder, which is required if the path of the folder may be too long for a socket. */
  path?: string;
}

/** Returns the connection string of the server on a folder. Its password is in a file that only the owner of DATA_DIR can read. */
export function urlOf(
  folder: string,
  { role = 'segments', database = role, path = folder }: Login = {},
): string {
  const login = `${role}:${passwordOf(folder, role)}`;
  return `postgres://${login}@/${database}?host=${encodeURIComponent(path)}`;
}

/** Returns the connection string of a cluster of an earlier version: its superuser, without a password. */
export const previousUrlOf = (socketFolder: string): string =>
  `postgres://postgres@/postgres?host=${encodeURIComponent(socketFolder)}`;

/** The states that pg_ctl waits for. A standby accepts statements too, if they only read. */
const UP = new Set(['ready', 'standby']);

/**
 * Whether the server accepts statements. Like pg_ctl, it checks line 8 of postmaster.pid, because a server that accepts connections
 * may still answer "starting up".
 */
export async function isUp(folder: string): Promise<boolean> {
  if (!UP.has(pidFile(folder)[7]?.trim() ?? '')) return false;
  using socketFolder = openSocketFolder(folder);
  return await accepts(socketOf(socketFolder.path));
}

const accepts = (path: string) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });

function pidFile(folder: string): string[] {
  try {
    return readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return [];
  }
}

/** Whether the process in postmaster.pid runs. It may be a server that is starting or stopping, or by now another program. */
export function isHeld(folder: string): boolean {
  const pid = Number(pidFile(folder)[0]);
  return pid > 0 && isAlive(pid);
}

/** Asks the server for a fast shutdown, which rolls back running statements. Returns its process id; null if it does not run. */
export function interrupt(folder: string): number | null {
  const pid = Number(pidFile(folder)[0]);
  if (!pid || !isAlive(pid)) return null;
  process.kill(pid, 'SIGINT');
  return pid;
}

/** Stops the server, whoever started it. Waits until it has ended, for ten seconds at most. */
export async function stopServer(folder: string): Promise<void> {
  const pid = interrupt(folder);
  const deadline = Date.now() + STOP_MS;
  while (pid && isAlive(pid) && pidFile(folder).length > 0 && Date.now() < deadline) await sleep(POLL_MS);
}
