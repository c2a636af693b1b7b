import { spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Binaries, findBinaries } from './binaries.ts';
import { asServerUser, ensureCluster, isRoot, openFolder } from './cluster.ts';
import { clusterFolder, interrupt, isUp, stopServer, urlOf } from './postmaster.ts';
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
const POLL_MS = 10;

/** Only a socket in the folder itself; and a log that holds no statement. */
const SETTINGS = [
  'listen_addresses=',
  'unix_socket_directories=.',
  'unix_socket_permissions=0700',
  'log_min_messages=fatal',
  'log_min_error_statement=panic',
];

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
  const onExit = () => interrupt(folder);
  process.once('exit', onExit);
  return {
    url,
    async stop() {
      process.off('exit', onExit);
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
  const output = openSync(log, 'a', 0o600);
  const logged = fstatSync(output).size;
  const entry = openFolder(folder);
  const child = spawn(
    postgres,
    ['-D', entry.path, ...[...SETTINGS, ...settings].flatMap((option) => ['-c', option])],
    {
      ...asServerUser,
      cwd: '/',
      detached: true, // Ctrl-C in a terminal must not reach it before the gateway has answered what is in flight
      stdio: ['ignore', output, output, ...entry.stdio],
    },
  );
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  child.unref();
  closeSync(output);
  entry.close();
  return {
    exited: () => failure !== undefined || child.exitCode !== null || child.signalCode !== null,
    said: () => failure?.message ?? readFileSync(log).subarray(logged).toString().slice(-2_000),
  };
}
