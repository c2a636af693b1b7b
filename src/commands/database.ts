import { readConfig } from '../config.ts';
import { connect, type Database, disconnect } from '../database/connect.ts';
import { joinEmbedded } from '../database/embedded/server.ts';
import { migrate } from '../database/migrate.ts';

/** Runs some work on the migrated database that the environment names; the embedded one is started if need be. */
export async function withDatabase<Result>(
  environment: NodeJS.ProcessEnv,
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  const { DATABASE_URL, DATA_DIR } = readConfig(environment);
  const embedded = DATABASE_URL === undefined ? await joinEmbedded(DATA_DIR) : null;
  const url = DATABASE_URL ?? embedded?.url ?? '';
  try {
    await migrate(url);
    const database = connect({ url, poolSize: 1, onIdleError: () => {} });
    try {
      return await work(database);
    } finally {
      await disconnect(database);
    }
  } finally {
    await embedded?.stop();
  }
}
