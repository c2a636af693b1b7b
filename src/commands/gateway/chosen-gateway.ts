import type { Command } from 'commander';
import type { Scope } from '../../accounts/viewer.ts';
import { accountOf } from '../token-options.ts';
import { WrongUsage } from '../wrong-usage.ts';
import { type Address, addressOf, DEFAULT_URL } from './address.ts';

/** The options that choose a gateway. */
export interface GatewayOptions {
  url?: string;
  account?: string;
}

/** Adds the options that choose a gateway. */
export const addGatewayOptions = (command: Command): Command =>
  command
    .option('--url <url>', `the gateway (default: SEGMENTS_URL, or ${DEFAULT_URL})`)
    .option(
      '--account <id>',
      'work directly on this account in the database of DATABASE_URL (or the embedded one), without a running gateway and without a token',
      accountOf,
    );

interface Options {
  scopes: readonly Scope[];
  /** The name of the command, such as "segments import". */
  name: string;
}

/**
 * Runs `work` with the gateway that the command line and the environment name, or with one in this process for `--account`. Throws
 * WrongUsage or WrongConfig.
 */
export async function withGateway<Result>(
  { url, account }: GatewayOptions,
  environment: NodeJS.ProcessEnv,
  { scopes, name }: Options,
  work: (address: Address) => Promise<Result>,
): Promise<Result> {
  if (account === undefined) return work(addressOf({ url }, environment, scopes));
  if (url !== undefined) throw new WrongUsage('--account cannot be combined with --url.');
  const { withOwnGateway } = await import('./own-gateway.ts');
  return withOwnGateway(environment, { account, scopes, name }, work);
}
