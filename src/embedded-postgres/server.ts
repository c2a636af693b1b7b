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
import { takeOver } from './takeover.ts';
import { lockFolder } from './tenancy.ts';

/** A Postgres of our own. It is reached by a socket in its folder and a password, and listens to no port. */
export interface Embedded {
  /** As the gateway's role, which owns its database and nothing else. */
  url: string;
  stop(): Promise<void>;
}

interface Options {
  /** Postgres settings, as `name=value`. */
  settings?: string[];
  /** Gives the start up. */
  signal?: AbortSignal;
}

const WRONG_PASSWORD = '28P01';
const NOT_ITS_PASSWORDS =
  'whose pgpass does not hold the passwords of its Postgres: delete pgpass, and the next start sets new ones.';
const LET_IN_MS = 60_000;
const NEVER = new AbortController().signal;

/**
 * Starts the server on a folder, for this process alone. One that a killed gateway left running is taken over. Takes the
 * caller's PG* variables out of this process: they are meant for another Postgres.
 * Throws, in words for a person, when another gateway has the folder or it can't be used (WrongConfig); what was started
 * by then is stopped, unless it is another gateway's.
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
      `DATA_DIR is ${JSON.stringify(dataDir)}, which another gateway serves: stop that one, set another DATA_DIR, or give both one Postgres by DATABASE_URL.`,
    );
  }
  const onExit = () => interrupt(folder);
  process.once('exit', onExit);
  return {
    url: urlOf(folder),
    /** Keeps the folder until the server is gone: whoever waits for it then starts another one. */
    async stop() {
      process.off('exit', onExit);
      await (launched ?? { stop: () => stopServer(folder) }).stop();
      await letGo();
    },
  };
}

/**
 * A running server, and the way to release its folder; null if another gateway has it. A server that stops meanwhile, because
 * its gateway was just stopping, is started again.
 */
async function ensureOurs(start: Start) {
  const { folder, user, signal } = start;
  const deadline = performance.now() + LET_IN_MS;
  for (;;) {
    const launched = await ensureRunning(start);
    try {
      await closeAccess(folder, user);
      return { launched, letGo: await lockFolder(urlOf(folder)) };
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

/** The server that another process runs on a folder, or one of our own. */
export async function joinEmbedded(dataDir: string, options: Options = {}): Promise<Embedded> {
  dropPostgresVariables();
  const folder = clusterFolder(dataDir);
  if ((await isUp(folder)) && accessOf(folder) === 'closed')
    return { url: urlOf(folder), stop: async () => {} };
  return startEmbedded(dataDir, options);
}
