import type { Command } from 'commander';
import { DEFAULT_URL } from './gateway/address.ts';

/** Adds `tail`. */
export function addTail(program: Command, environment: NodeJS.ProcessEnv): void {
  program
    .command('tail')
    .summary('follow the event log of an account')
    .description(
      'Prints each event as soon as it happens: a readable line on a terminal, otherwise one JSON object per line, as the REST API has it. Resumes by itself when the connection is cut, and misses nothing. Ends with Ctrl-C.',
    )
    .option('--url <url>', `the gateway (default: SEGMENTS_URL, or ${DEFAULT_URL})`)
    .option('--after <cursor>', 'begin behind this event, 0 for the first one (default: from now on)')
    .option(
      '--type <type>',
      'only events of this type, such as customer_segment.deleted; can be repeated',
      (type: string, others: readonly string[]) => [...others, type],
      [],
    )
    .option('--json', 'print JSON on a terminal too')
    .addHelpText('after', AFTER)
    .action(async (options: TailOptions) => {
      const { tail } = await import('./tail/tail.ts');
      await tail(options, environment);
    });
}

/** The options as they were given. */
export interface TailOptions {
  url?: string;
  after?: string;
  type: readonly string[];
  json?: true;
}

const AFTER = `
Environment:
  SEGMENTS_TOKEN    a token of the account with the scope segments:read
  SEGMENTS_URL      the gateway

Exit codes: 0 when stopped, 1 if the log cannot be followed any further (such as 401, 403, or an expired
cursor), 2 for a wrong command line or environment.`;
