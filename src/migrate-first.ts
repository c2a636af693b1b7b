import type { Config } from './config/config.ts';
import { migrate } from './database/migrate.ts';
import { requirePrivileges } from './database/privileges.ts';
import type { Parts } from './run-process.ts';

/** Migrates the database as the configuration says, before a process uses it. Throws WrongConfig, and what makes a migration fail. */
export const migrateFirst = (
  url: string,
  config: Config,
  { observe, signal }: Pick<Parts, 'observe' | 'signal'>,
): Promise<void> =>
  migrate(url, {
    seconds: config.DATABASE_WAIT,
    observe,
    signal,
    mayBeNewer: config.DATABASE_NEWER === 'serve',
    pooler: config.DATABASE_POOLER,
    verify: (client) => requirePrivileges(client, observe),
  });
