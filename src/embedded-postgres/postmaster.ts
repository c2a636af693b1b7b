import { openSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './cluster.ts';
import { passwordOf, type Role } from './passwords.ts';

const STOP_MS = 10_000;
const POLL_MS = 10;
/** `sun_path` has 108 bytes on Linux and 104 on macOS, including the NUL at its end. */
const MAX_SOCKET_LENGTH = process.platform === 'linux' ? 107 : 103;

/** Where the cluster is in a DATA_DIR. */
export const clusterFolder = (dataDir: string) => join(resolve(dataDir), 'postgres');
const socketOf = (folder: string) => join(folder, '.s.PGSQL.5432');

interface Login {
  role?: Role;
  database?: string;
}

/** The connection string of the server on a folder: its socket, and a password that only the owner of DATA_DIR can read. */
export function urlOf(folder: string, { role = 'segments', database = role }: Login = {}): string {
  const login = `${role}:${passwordOf(folder, role)}`;
  return `postgres://${login}@/${database}?host=${encodeURIComponent(reachable(folder))}`;
}

/** The same for a cluster that an earlier version created: as superuser, without a password. */
export const previousUrlOf = (folder: string): string =>
  `postgres://postgres@/postgres?host=${encodeURIComponent(reachable(folder))}`;

const opened = new Map<string, string>();

/** A path to the folder that is short enough for a socket. On Linux an open folder always has one. */
function reachable(folder: string): string {
  if (Buffer.byteLength(socketOf(folder)) <= MAX_SOCKET_LENGTH) return folder;
  if (process.platform !== 'linux')
    throw new Error(`DATA_DIR is too long for a socket: ${folder}. Set a shorter one.`);
  const path = opened.get(folder) ?? `/proc/${process.pid}/fd/${openSync(folder, 'r')}`;
  opened.set(folder, path);
  return path;
}

/** The states in which pg_ctl considers a server as started. A standby accepts statements that only read. */
const UP = new Set(['ready', 'standby']);

/**
 * Whether the server accepts statements. Like pg_ctl, this reads line 8 of postmaster.pid, because a server whose socket accepts
 * connections may still answer "starting up".
 */
export async function isUp(folder: string): Promise<boolean> {
  return UP.has(pidFile(folder)[7]?.trim() ?? '') && accepts(socketOf(reachable(folder)));
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

/** Whether the process in postmaster.pid is running: a server that may be starting or stopping, or by now another program. */
export function isHeld(folder: string): boolean {
  const pid = Number(pidFile(folder)[0]);
  return pid > 0 && isAlive(pid);
}

/** Requests a fast shutdown, which rolls back running statements and loses nothing that was committed. Returns the process id. */
export function interrupt(folder: string): number | null {
  const pid = Number(pidFile(folder)[0]);
  if (!pid || !isAlive(pid)) return null;
  process.kill(pid, 'SIGINT');
  return pid;
}

/** Stops the server, whoever started it, and waits until it is gone, but at most ten seconds. */
export async function stopServer(folder: string): Promise<void> {
  const pid = interrupt(folder);
  const deadline = Date.now() + STOP_MS;
  while (pid && isAlive(pid) && pidFile(folder).length > 0 && Date.now() < deadline) await sleep(POLL_MS);
}
