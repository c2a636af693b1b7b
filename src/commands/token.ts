import { type Command, Option } from 'commander';
import { DEFAULT_ACCOUNT, SCOPES } from '../accounts/viewer.ts';
import { accountOf, expiryOf, millisecondsOf, nameOf, scopesOf, type TokenDraft } from './token-options.ts';

const load = () => import('./token/actions.ts');

/** Adds `token` and its commands. */
export function addToken(program: Command, environment: NodeJS.ProcessEnv): void {
  const token = program
    .command('token')
    .summary('create, list, rotate and revoke API tokens')
    .description('Creates, lists, rotates and revokes API tokens.');
  token
    .command('create')
    .summary('create a token')
    .description('Creates a token and prints it. It is not shown again.')
    .option('--account <id>', 'account of the token', accountOf, DEFAULT_ACCOUNT)
    .option('--name <text>', 'purpose of the token, as list shows it', nameOf, 'unnamed')
    .addOption(
      new Option('--scopes <list>', `what it allows, separated by commas: ${SCOPES.join(',')}`)
        .argParser(scopesOf)
        .default([...SCOPES], 'all of them'),
    )
    .addOption(
      new Option('--expires <days>', 'number of days until it expires')
        .argParser(expiryOf)
        .default(null, 'never'),
    )
    .action(async (draft: TokenDraft) => (await load()).create(draft, environment));
  token
    .command('list')
    .summary('list all tokens')
    .description('Lists all tokens without their secrets, and when they were last used (to about a minute).')
    .option('--json', 'print a JSON array')
    .action(async ({ json }: { json?: true }) => (await load()).list(json === true, environment));
  token
    .command('rotate')
    .summary('replace a token')
    .description('Creates a token like this one, prints it, and ends this one after an overlap.')
    .argument('<id>', 'id of the token, as list shows it')
    .addOption(
      new Option(
        '--overlap <time>',
        'how long both are valid, in minutes, hours or days, such as 30m, 24h, 7d',
      )
        .argParser(millisecondsOf)
        .default(millisecondsOf('24h'), '24h'),
    )
    .action(async (id: string, { overlap }: { overlap: number }) =>
      (await load()).rotate(id, overlap, environment),
    );
  token
    .command('revoke')
    .summary('revoke a token')
    .description('Revokes a token. Gateways refuse it within five seconds.')
    .argument('<id>', 'id of the token, as list shows it')
    .action(async (id: string) => (await load()).revoke(id, environment));
  token
    .command('new')
    .summary('print a token for API_TOKEN')
    .description('Prints a token for API_TOKEN. Needs no database.')
    .action(async () => (await load()).printNew());
}
