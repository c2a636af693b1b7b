import type { Command } from 'commander';
import { DEFAULT_URL } from './gateway/address.ts';

/** Adds `webhooks` and its command. */
export function addWebhooks(program: Command, environment: NodeJS.ProcessEnv): void {
  const webhooks = program
    .command('webhooks')
    .summary('try out a receiver of webhooks')
    .description('Helps to develop receivers of webhooks.');
  webhooks
    .command('listen')
    .summary('forward events to a receiver on this machine')
    .description(
      'Follows the event log of an account, and posts each event to a receiver, such as one on this machine that the gateway cannot reach. Messages are signed and sent as those of a webhook endpoint, in order and one at a time, and a line shows the result of each. An event that is not answered with 2xx within 15 seconds is not sent again: --after does that. The gateway needs no webhook endpoint for this. Ends with Ctrl-C.',
    )
    .requiredOption('--forward <url>', 'the receiver, such as http://127.0.0.1:3000/hook')
    .option('--url <url>', `the gateway (default: SEGMENTS_URL, or ${DEFAULT_URL})`)
    .option('--after <cursor>', 'begin behind this event, 0 for the first one (default: from now on)')
    .option(
      '--type <type>',
      'only events of this type, such as customer_segment.deleted; can be repeated',
      (type: string, others: readonly string[]) => [...others, type],
      [],
    )
    .option(
      '--secret <secret>',
      'sign with this secret, whsec_… (default: SEGMENTS_WEBHOOK_SECRET, or a new one, which is printed)',
    )
    .addHelpText('after', AFTER)
    .action(async (options: ListenOptions) => {
      const { listen } = await import('./webhooks/listen.ts');
      await listen(options, environment);
    });
}

/** The options as they were given. */
export interface ListenOptions {
  forward: string;
  url?: string;
  after?: string;
  type: readonly string[];
  secret?: string;
}

const AFTER = `
Environment:
  SEGMENTS_TOKEN             a token of the account with the scope segments:read
  SEGMENTS_WEBHOOK_SECRET    the secret to sign with. Other users of the machine can see the --secret of a command
  SEGMENTS_URL               the gateway

Exit codes: 0 when stopped, 1 if the log cannot be followed any further (such as 401, 403, or an expired
cursor), 2 for a wrong command line or environment.`;
