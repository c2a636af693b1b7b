import { parseArgs } from 'node:util';
import { readConfig } from '../config/config.ts';
import { variablesHelp } from '../config/describe.ts';
import type { Command } from './command.ts';

export const serve: Command = {
  summary: 'run the gateway',
  /** Built only when requested, so that it does not slow down the start. */
  get help() {
    return `Usage: segments serve

Runs the gateway until SIGTERM or Ctrl-C: GraphQL at /graphql, REST at /v1/customer-segments, health at
/health/live and /health/ready. Migrates the database first. These environment variables configure it:

${variablesHelp()}

None is required. An empty variable counts as not set. docs/configuration.md describes each in detail.
`;
  },
  async run(args, environment) {
    parseArgs({ args });
    const config = readConfig(environment); // before the gateway is loaded, so that a wrong one is reported quickly
    const main = await import('../main.ts');
    await main.serve(config);
  },
};
