import { openSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './cluster.ts';
import { passwordOf, type Role } from './passwords.ts';

const STOP_MS = 10_000;
const POLL_MS = 10;
/** `sun_path` has 108 bytes on Linux and 104 on macOS, the NUL at its end included. */
const MAX_SOCKET_LENGTH = process.platform === 'linux' ? 107 : 103;

/** Where the cluster is in a DATA_DIR. */
export const clusterFolder = (dataDir: string) => join(resolve(dataDir), 'postgres');
const socketOf = (folder: string) => join(folder, '.s.PGSQL.5432');

interface Login {
  role?: Role;
  database?: string;
}

/** The connection string of the server on a folder: a socket in it, and a password that only the owner of DATA_DIR can read. */
export function urlOf(folder: string, { role = 'segments', database = role }: Login = {}): string {
  const login = `${role}:${passwordOf(folder, role)}`;
  return `postgres://${login}@/${database}?host=${encodeURIComponent(reachable(folder))}`;
}

/** The same as an earlier version made the cluster: its superuser, without a password. */
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

/** As pg_ctl has it: a standby takes statements too, which read. */
const UP = new Set(['ready', 'standby']);

/**
 * Whether the server takes statements. Line 8 of postmaster.pid is what pg_ctl watches: a socket that accepts
 * may still answer "starting up".
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

/** Whether a process runs that a server wrote down as itself: it may be starting or stopping, or another one by now. */
export function isHeld(folder: string): boolean {
  const pid = Number(pidFile(folder)[0]);
  return pid > 0 && isAlive(pid);
}

/** Asks for a fast shutdown: running statements are rolled back, nothing committed is lost. */
export function interrupt(folder: string): number | null {
  const pid = Number(pidFile(folder)[0]);
  if (!pid || !isAlive(pid)) return null;
  process.kill(pid, 'SIGINT');
  return pid;
}

/** Stops the server, whoever started it, and waits until it is gone, for ten seconds at most. */
export async function stopServer(folder: string): Promise<void> {
  const pid = interrupt(folder);
  const deadline = Date.now() + STOP_MS;
  while (pid && isAlive(pid) && pidFile(folder).length > 0 && Date.now() < deadline) await sleep(POLL_MS);
}
