import { dirname, resolve } from 'node:path';
import pg from 'pg';
import { reasonToWait } from '../database/failure.ts';
import { accessOf } from './access.ts';
import { findBinaries } from './binaries.ts';
import { ensureCluster } from './cluster.ts';
import { dropPostgresVariables } from './environment.ts';
import { inFolder, makeFolder } from './folder.ts';
import { clusterFolder, interrupt, isUp, stopServer, urlOf } from './postmaster.ts';
import { freeReserve, keepReserve } from './reserve.ts';
import { closeAccess } from './roles.ts';
import { ensureRunning, type Start } from './running.ts';
import { isRoot, serverUser } from './server-user.ts';
import { openSocketFolder } from './socket-folder.ts';
import { takeOver } from './takeover.ts';
import { lockFolder } from './tenancy.ts';

/** A Postgres of our own. It accepts connections by a socket in its folder, with a password, and on no port. */
export interface Embedded {
  /** The connection string of the gateway's role, which owns its database and nothing else. */
  url: string;
  stop(): Promise<void>;
}

interface Options {
  /** Postgres settings, as `name=value`. */
  settings?: string[];
  /** Cancels the start. */
  signal?: AbortSignal;
}

const WRONG_PASSWORD = '28P01';
const NOT_ITS_PASSWORDS =
  'whose pgpass does not have the passwords of its Postgres: delete pgpass, and the next start sets new ones.';
const CONNECT_MS = 60_000;
const NEVER = new AbortController().signal;

/**
 * Starts the server on a folder, for this process alone. Takes over a server that a killed gateway left running. Removes the PG*
 * variables from the environment of this process, because they are meant for another Postgres.
 * Throws with a message for the user: an Error if another gateway serves the folder, WrongConfig if the folder cannot be used.
 * Then it stops what it started.
 */
export async function startEmbedded(
  dataDir: string,
  { settings = [], signal = NEVER }: Options = {},
): Promise<Embedded> {
  dropPostgresVariables();
  const folder = clusterFolder(dataDir);
  const binaries = await findBinaries(isRoot);
  const { launched, letGo } = await inFolder(dataDir, async () => {
    makeFolder(resolve(dataDir));
    const user = serverUser(folder);
    await ensureCluster(folder, binaries, user, signal);
    const freed = freeReserve(folder);
    try {
      const isFree = await takeOver(folder, user);
      if (!isFree) return { launched: null, letGo: null };
      return await ensureOurs({ folder, binaries, user, settings, signal });
    } finally {
      keepReserve(folder, freed);
    }
  });
  if (!letGo) {
    throw new Error(
      `DATA_DIR is ${JSON.stringify(dataDir)}, which another gateway is using: stop that gateway, set another DATA_DIR, or use one Postgres for both by DATABASE_URL.`,
    );
  }
  const onExit = () => interrupt(folder);
  process.once('exit', onExit);
  const socketFolder = openSocketFolder(folder);
  return {
    url: urlOf(folder, socketFolder),
    /** Keeps the folder until the server has ended, because a process that waits for the folder then starts another server. */
    async stop() {
      process.off('exit', onExit);
      await (launched ?? { stop: () => stopServer(folder) }).stop();
      await letGo();
      socketFolder[Symbol.dispose]();
    },
  };
}

/**
 * Returns a running server, and a function that releases its folder; null if another gateway has it. Starts the server again if it
 * stops meanwhile, because its gateway was just stopping.
 */
async function ensureOurs(start: Start) {
  const { folder, user, signal } = start;
  const deadline = performance.now() + CONNECT_MS;
  for (;;) {
    const launched = await ensureRunning(start);
    try {
      await closeAccess(folder, user);
      using socketFolder = openSocketFolder(folder);
      return { launched, letGo: await lockFolder(urlOf(folder, socketFolder)) };
    } catch (error) {
      await launched?.stop();
      signal.throwIfAborted();
      if (error instanceof pg.DatabaseError && error.code === WRONG_PASSWORD) {
        throw new Error(`DATA_DIR is ${JSON.stringify(dirname(folder))}, ${NOT_ITS_PASSWORDS}`);
      }
      if (reasonToWait(error) === undefined || performance.now() > deadline) throw error;
    }
  }
}

/** Connects to the server that another process runs on a folder, or starts one. */
export async function joinEmbedded(dataDir: string, options: Options = {}): Promise<Embedded> {
  dropPostgresVariables();
  const folder = clusterFolder(dataDir);
  if (!(await isUp(folder)) || accessOf(folder) !== 'closed') return startEmbedded(dataDir, options);
  const socketFolder = openSocketFolder(folder);
  return { url: urlOf(folder, socketFolder), stop: async () => socketFolder[Symbol.dispose]() };
}
