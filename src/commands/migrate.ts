import { parseArgs } from 'node:util';
import { type Command, print } from './command.ts';

export const migrate: Command = {
  summary: 'migrate the database to this version',
  help: `Usage: segments migrate

Applies the migrations that the database of DATABASE_URL (or the embedded one) lacks. serve does the same, and any number
of processes can do it at once. If serve runs as a role that is not allowed to create tables, run this command before it, as
the owner of the tables.
`,
  async run(args, environment) {
    parseArgs({ args });
    const { withDatabase } = await import('./database.ts');
    await withDatabase(environment, async () => {});
    print('The database is up to date.');
  },
};
