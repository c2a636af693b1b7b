import type { Command } from 'commander';

const DESCRIPTION = `Runs the gateway until SIGTERM or Ctrl-C: GraphQL at /graphql, REST at /v1/customer-segments, health at /health/live and /health/ready. Migrates the database first.`;

/** Adds `serve`. Its help lists the variables, which are loaded only if `args` ask for it. */
export async function addServe(
  program: Command,
  environment: NodeJS.ProcessEnv,
  args: readonly string[],
): Promise<void> {
  const serve = program
    .command('serve')
    .summary('run the gateway')
    .description(DESCRIPTION)
    .action(async () => {
      const { serveGateway } = await import('./serve-gateway.ts');
      await serveGateway(environment);
    });
  if (isHelp(args)) serve.addHelpText('after', await variables());
}

const isHelp = (args: readonly string[]): boolean =>
  args.includes('serve') && ['help', '--help', '-h'].some((word) => args.includes(word));

async function variables(): Promise<string> {
  const { variablesHelp } = await import('../config/describe.ts');
  return `
These environment variables configure it. None is required. An empty variable counts as not set. segments config shows
what is in force, and docs/configuration.md describes each in detail.

${variablesHelp()}`;
}
