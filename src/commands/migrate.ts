import type { Command } from 'commander';
import { print } from './output.ts';

/** Adds `migrate`. */
export function addMigrate(program: Command, environment: NodeJS.ProcessEnv): void {
  program
    .command('migrate')
    .summary('migrate the database to this version')
    .description(
      'Applies the migrations that the database of DATABASE_URL (or the embedded one) lacks. serve does the same, and any number of processes can do it at once. If serve runs as a role that is not allowed to create tables, run this command before it, as the owner of the tables.',
    )
    .action(async () => {
      const { withDatabase } = await import('./database.ts');
      await withDatabase(environment, async () => {});
      print('The database is up to date.');
    });
}
