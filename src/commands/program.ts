import { Command } from 'commander';
import { packageVersion } from '../version.ts';
import { addComplete } from './complete.ts';
import { addConfig } from './config.ts';
import { addDeliver } from './deliver.ts';
import { addExport } from './export.ts';
import { addImport } from './import.ts';
import { addMigrate } from './migrate.ts';
import { addOpenapi } from './openapi.ts';
import { print } from './output.ts';
import { addSchema } from './schema.ts';
import { addServe } from './serve.ts';
import { addTail } from './tail.ts';
import { addToken } from './token.ts';
import { addWebhooks } from './webhooks.ts';

const AFTER = `
segments serve --help lists the environment variables.
Exit codes: 0 for success, 1 for a failure, 2 for a wrong command line or environment.`;

/**
 * The command line: every command with its arguments, options and help. What a command does is loaded only when it runs, so that
 * help and errors appear quickly. `args` are those that will be parsed.
 */
export async function programFor(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<Command> {
  const program = new Command('segments')
    .description('Stores customer segments, and serves them over REST and GraphQL.')
    .usage('<command> [options]')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help about a command')
    .configureOutput({ writeOut: (text) => print(text.trimEnd()) })
    .exitOverride()
    .addHelpText('after', AFTER);
  await addServe(program, environment, args);
  addDeliver(program, environment);
  addMigrate(program, environment);
  addToken(program, environment);
  addConfig(program, environment);
  addImport(program, environment);
  addExport(program, environment);
  addTail(program, environment);
  addWebhooks(program, environment);
  addSchema(program);
  addOpenapi(program);
  await addComplete(program, args);
  referToHelp(program, 'segments');
  return program;
}

/** Makes the errors of a command, and of those below it, end with how to get help. */
function referToHelp(command: Command, path: string): void {
  command.showHelpAfterError(`See ${path} --help.`);
  for (const each of command.commands) referToHelp(each, `${path} ${each.name()}`);
}
