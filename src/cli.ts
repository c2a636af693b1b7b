#!/usr/bin/env node
import { type Command, print, WrongUsage } from './commands/command.ts';
import { WrongConfig } from './wrong-config.ts';

/** A command is loaded only when it is called, so that `--help` responds quickly. */
const commands: Record<string, () => Promise<Command>> = {
  serve: async () => (await import('./commands/serve.ts')).serve,
  migrate: async () => (await import('./commands/migrate.ts')).migrate,
  token: async () => (await import('./commands/token.ts')).token,
  tail: async () => (await import('./commands/tail.ts')).tail,
  schema: async () => (await import('./commands/schema.ts')).schema,
  openapi: async () => (await import('./commands/openapi.ts')).openapi,
};

const MIN_NODE = 24;
const isOld = Number(process.versions.node.split('.')[0]) < MIN_NODE;

process.exitCode = isOld
  ? fail(`segments-gateway needs Node.js ${MIN_NODE} or later; this is ${process.version}.`, 2)
  : await segments(process.argv.slice(2));

/** Runs a command. Returns the exit code: 0 for success, 1 for a failure, 2 for a wrong command line or environment. */
async function segments([name = '--help', ...args]: string[]): Promise<number> {
  if (name === '--help' || name === '-h' || name === 'help') return help();
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!load) return fail(`Unknown command: ${name}. See segments --help.`, 2);
  const command = await load();
  if (args.includes('--help') || args.includes('-h')) {
    print(command.help.trim());
    return 0;
  }
  try {
    await command.run(args, process.env);
    return 0;
  } catch (error) {
    if (error instanceof WrongConfig) return fail(error.message, 2);
    if (isWrongUsage(error)) return fail(`${error.message}\nSee segments ${name} --help.`, 2);
    return fail(messageOf(error), 1);
  }
}

async function help(): Promise<number> {
  const summaries = await Promise.all(
    Object.entries(commands).map(async ([name, load]) => `  ${name.padEnd(9)}${(await load()).summary}`),
  );
  print(
    `Usage: segments <command>\n\n${summaries.join('\n')}\n\nRun segments <command> --help for details. segments serve --help lists the environment variables.`,
  );
  return 0;
}

function fail(message: string, code: number): number {
  process.stderr.write(`${message}\n`);
  return code;
}

/** Whether an error is a WrongUsage or comes from `parseArgs`, whose errors are recognised by their code. */
function isWrongUsage(error: unknown): error is Error {
  if (error instanceof WrongUsage) return true;
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

/** Returns the message to print. It must not contain the URL of the database, which holds the password. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('\n');
  // Drizzle wraps errors of the database. Its own message repeats the SQL and its parameters.
  if (error.cause instanceof Error) return messageOf(error.cause);
  return error.message;
}
