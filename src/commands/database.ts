import { connect, type Database, disconnect } from '../database/connect.ts';
import { migrate } from '../database/migrate.ts';
import { joinEmbedded } from '../embedded-postgres/server.ts';
import { stopSignal } from '../stop-signal.ts';
import { configOf, warnOfUnknown } from './configuration.ts';

/**
 * Migrates the database that the environment names, and runs `work` on it. Starts the embedded database if necessary. Whatever
 * was started is stopped at the end, even after a signal.
 */
export async function withDatabase<Result>(
  environment: NodeJS.ProcessEnv,
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  const { DATABASE_URL, DATA_DIR, DATABASE_NEWER, DATABASE_POOLER: pooler } = configOf(environment);
  warnOfUnknown(environment);
  const { signal } = stopSignal();
  await using started = new AsyncDisposableStack();
  try {
    const embedded = DATABASE_URL === undefined ? await joinEmbedded(DATA_DIR, { signal }) : null;
    started.defer(async () => embedded?.stop());
    const url = DATABASE_URL ?? embedded?.url ?? '';
    await migrate(url, { mayBeNewer: DATABASE_NEWER === 'serve', pooler, signal });
    signal.throwIfAborted();
    const database = connect({ url, poolSize: 1, pooler, observe: () => {} });
    started.defer(async () => void (await disconnect(database)));
    return await work(database);
  } catch (error) {
    throw signal.aborted ? new Error(`Stopped by ${signal.reason}.`) : error;
  }
}
