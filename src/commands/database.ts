import type { Config } from '../config/config.ts';
import { connect, type Database, disconnect } from '../database/connect.ts';
import { migrate } from '../database/migrate.ts';
import { joinEmbedded } from '../embedded-postgres/server.ts';
import { stopSignal } from '../stop-signal.ts';
import { configOf, warnOfUnknown } from './configuration.ts';

/** The database that a command works on. */
export interface CommandDatabase {
  url: string;
  config: Config;
}

/**
 * Migrates the database that the environment names, and runs `work` on it. Starts the embedded database if necessary. Whatever
 * was started is stopped at the end, even after a signal.
 */
export async function withDatabase<Result>(
  environment: NodeJS.ProcessEnv,
  work: (database: Database, place: CommandDatabase) => Promise<Result>,
): Promise<Result> {
  const config = configOf(environment);
  const { DATABASE_URL, DATA_DIR, DATABASE_NEWER, DATABASE_POOLER: pooler } = config;
  warnOfUnknown(environment);
  const { signal } = stopSignal();
  await using started = new AsyncDisposableStack();
  let url: string;
  try {
    const embedded = DATABASE_URL === undefined ? await joinEmbedded(DATA_DIR, { signal }) : null;
    started.defer(async () => embedded?.stop());
    url = DATABASE_URL ?? embedded?.url ?? '';
    await migrate(url, { mayBeNewer: DATABASE_NEWER === 'serve', pooler, signal });
    signal.throwIfAborted();
  } catch (error) {
    throw signal.aborted ? new Error(`Stopped by ${signal.reason}.`) : error;
  }
  const database = connect({ url, poolSize: 1, pooler, observe: () => {} });
  started.defer(async () => void (await disconnect(database)));
  return await work(database, { url, config });
}
