import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Binaries, findBinaries } from './binaries.ts';
import { asServerUser, ensureCluster, isAlive, isRoot, openFolder } from './cluster.ts';
import { takeFolder } from './tenancy.ts';

/** A Postgres of our own, reached by a socket in its folder: no port, no password, nobody else. */
export interface Embedded {
  url: string;
  stop(): Promise<void>;
}

interface Options {
  /** Postgres settings, as `name=value`. */
  settings?: string[];
}

const START_MS = 20_000;
const STOP_MS = 10_000;
const POLL_MS = 10;
/** `sun_path` has 108 bytes on Linux and 104 on macOS, the NUL at its end included. */
const LONGEST_SOCKET = process.platform === 'linux' ? 107 : 103;

/**
 * Starts the server on a folder, for this process alone. One that a killed gateway left running is taken over.
 * Throws, in words for a person, when another gateway has the folder.
 */
export async function startEmbedded(dataDir: string, { settings = [] }: Options = {}): Promise<Embedded> {
  const folder = clusterFolder(dataDir);
  mkdirSync(resolve(dataDir), { recursive: true, mode: 0o700 });
  const binaries = await findBinaries(isRoot);
  await ensureCluster(folder, binaries);
  await ensureRunning(folder, binaries, settings);
  const url = urlOf(folder);
  const letGo = await takeFolder(url, dataDir);
  const interrupt = () => signal(folder);
  process.once('exit', interrupt);
  return {
    url,
    async stop() {
      process.off('exit', interrupt);
      await letGo();
      await stopServer(folder);
    },
  };
}

/** The server that another process runs on a folder, or else one of our own. */
export async function joinEmbedded(dataDir: string): Promise<Embedded> {
  const folder = clusterFolder(dataDir);
  if (await isUp(folder)) return { url: urlOf(folder), stop: async () => {} };
  return startEmbedded(dataDir);
}

const clusterFolder = (dataDir: string) => join(resolve(dataDir), 'postgres');
const socketOf = (folder: string) => join(folder, '.s.PGSQL.5432');

function urlOf(folder: string): string {
  return `postgres://postgres@/postgres?host=${encodeURIComponent(reachable(folder))}`;
}

const opened = new Map<string, string>();

/** A path to the folder that is short enough for a socket. On Linux an open folder always has one. */
function reachable(folder: string): string {
  if (Buffer.byteLength(socketOf(folder)) <= LONGEST_SOCKET) return folder;
  if (process.platform !== 'linux')
    throw new Error(`DATA_DIR is too long for a socket: ${folder}. Set a shorter one.`);
  const path = opened.get(folder) ?? `/proc/${process.pid}/fd/${openSync(folder, 'r')}`;
  opened.set(folder, path);
  return path;
}

async function ensureRunning(folder: string, { postgres }: Binaries, settings: string[]): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (!(await isUp(folder))) {
    const { said, exited } = launch(folder, postgres, settings);
    while (!exited() && !(await isUp(folder))) {
      if (Date.now() > deadline) throw new Error(`The embedded Postgres did not start:\n${said()}`);
      await sleep(POLL_MS);
    }
    if (!exited() || (await isUp(folder))) return;
    // A killed server that is not yet reaped, or another gateway's that is starting, still holds the folder.
    if (!/lock file|shared memory block/.test(said()) || Date.now() > deadline) {
      throw new Error(`The embedded Postgres did not start:\n${said()}`);
    }
    await sleep(POLL_MS * 10);
  }
}

function launch(folder: string, postgres: string, settings: string[]) {
  const log = `${folder}.log`;
  const output = openSync(log, 'w', 0o600);
  const entry = openFolder(folder);
  const options = [
    'listen_addresses=',
    'unix_socket_directories=.',
    'unix_socket_permissions=0700',
    ...settings,
  ];
  const child = spawn(postgres, ['-D', entry.path, ...options.flatMap((option) => ['-c', option])], {
    ...asServerUser,
    cwd: '/',
    detached: true, // Ctrl-C in a terminal must not reach it before the gateway has answered what is in flight
    stdio: ['ignore', output, output, ...entry.stdio],
  });
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  child.unref();
  closeSync(output);
  entry.close();
  return {
    exited: () => failure !== undefined || child.exitCode !== null || child.signalCode !== null,
    said: () => failure?.message ?? readFileSync(log, 'utf8').slice(-2_000),
  };
}

/** Line 8 of postmaster.pid is what pg_ctl watches: a socket that accepts may still answer "starting up". */
async function isUp(folder: string): Promise<boolean> {
  return pidFile(folder)[7]?.trim() === 'ready' && accepts(join(reachable(folder), '.s.PGSQL.5432'));
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

/** Asks for a fast shutdown: running statements are rolled back, nothing committed is lost. */
function signal(folder: string): number | null {
  const pid = Number(pidFile(folder)[0]);
  if (!pid || !isAlive(pid)) return null;
  process.kill(pid, 'SIGINT');
  return pid;
}

async function stopServer(folder: string): Promise<void> {
  const pid = signal(folder);
  const deadline = Date.now() + STOP_MS;
  while (pid && isAlive(pid) && pidFile(folder).length > 0 && Date.now() < deadline) await sleep(POLL_MS);
}
