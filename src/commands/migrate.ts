import { parseArgs } from 'node:util';
import { type Command, print } from './command.ts';

export const migrate: Command = {
  summary: 'migrate the database to this version',
  help: `Usage: segments migrate

Applies the migrations that the database of DATABASE_URL (or the embedded one) lacks. serve does so too;
any number may run at once. Where serve is to run as a role that may not make tables, run this before it, as their owner.
`,
  async run(args, environment) {
    parseArgs({ args });
    const { withDatabase } = await import('./database.ts');
    await withDatabase(environment, async () => {});
    print('The database is up to date.');
  },
};
