import { parseArgs } from 'node:util';
import { newToken } from '../accounts/token.ts';
import type { TokenRecord, TokenStore } from '../accounts/tokens.ts';
import { isAccountId, SCOPES } from '../accounts/viewer.ts';
import { type Command, print, WrongUsage } from './command.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const LONGEST_DAYS = 36_500;

const help = `Usage: segments token <create|list|revoke|new>

  create   make a token, and print it for the only time
    --account <id>     whose segments it opens: 1 to 64 of A-Z a-z 0-9 _ . - (default: default)
    --name <text>      what it is for (default: unnamed)
    --scopes <list>    what it may do, by commas (default: ${SCOPES.join(',')})
    --expires <days>   after how many days it ends (default: never)
  list     show every token, without its secret
  revoke   <id>        end a token; gateways refuse it within five seconds
  new      print a token for API_TOKEN, without a database
`;

export const token: Command = {
  summary: 'make, list and revoke API tokens',
  help,
  async run([action = '', ...args], environment) {
    const run = Object.hasOwn(actions, action) ? actions[action] : undefined;
    if (!run)
      throw new WrongUsage(`token needs one of create, list, revoke, new${action && `, not ${action}`}.`);
    await run(args, environment);
  },
};

const actions: Record<string, Command['run']> = {
  async create(args, environment) {
    const draft = draftOf(args);
    const made = await withTokens(environment, (tokens) => tokens.create(draft));
    process.stderr.write(`Token ${made.id} of account ${draft.accountId}. Keep it: it is not shown again.\n`);
    print(made.token);
  },

  async list(args, environment) {
    parseArgs({ args });
    const tokens = await withTokens(environment, (tokens) => tokens.list());
    print(['id', 'account', 'name', 'scopes', 'created', 'expires', 'state'].join('\t'));
    for (const each of tokens) print(rowOf(each));
  },

  async revoke(args, environment) {
    const { positionals } = parseArgs({ args, allowPositionals: true });
    const [id] = positionals;
    if (id === undefined || positionals.length > 1) throw new WrongUsage('token revoke needs one id.');
    const was = await withTokens(environment, (tokens) => tokens.revoke(id));
    if (!was) throw new Error(`There is no token ${id}.`);
    print(`Revoked ${id}.`);
  },

  async new(args) {
    parseArgs({ args });
    print(newToken());
  },
};

/** The database is loaded only for what needs it: a wrong call is told at once. */
async function withTokens<Result>(
  environment: NodeJS.ProcessEnv,
  work: (tokens: TokenStore) => Promise<Result>,
): Promise<Result> {
  const [{ withDatabase }, { tokenStore }] = await Promise.all([
    import('./database.ts'),
    import('../accounts/tokens.ts'),
  ]);
  return withDatabase(environment, (database) => work(tokenStore(database)));
}

function draftOf(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      account: { type: 'string', default: 'default' },
      name: { type: 'string', default: 'unnamed' },
      scopes: { type: 'string', default: SCOPES.join(',') },
      expires: { type: 'string' },
    },
  });
  const { account: accountId, name } = values;
  if (!isAccountId(accountId))
    throw new WrongUsage(`--account must be 1 to 64 of A-Z a-z 0-9 _ . -, not ${accountId}.`);
  return { accountId, name, scopes: scopesOf(values.scopes), expiresAt: expiryOf(values.expires) };
}

function scopesOf(list: string): string[] {
  const scopes = list.split(',');
  const unknown = scopes.find((scope) => !SCOPES.some((known) => known === scope));
  if (unknown === undefined) return scopes;
  throw new WrongUsage(`--scopes takes ${SCOPES.join(' and ')}, not ${JSON.stringify(unknown)}.`);
}

function expiryOf(days: string | undefined): Date | null {
  if (days === undefined) return null;
  const number = /^\d+$/.test(days) ? Number(days) : 0;
  if (number >= 1 && number <= LONGEST_DAYS) return new Date(Date.now() + number * DAY_MS);
  throw new WrongUsage(`--expires must be a whole number of days from 1 to ${LONGEST_DAYS}, not ${days}.`);
}

function rowOf({ id, accountId, name, scopes, createdAt, expiresAt, revokedAt }: TokenRecord): string {
  const isOver = expiresAt !== null && expiresAt.getTime() <= Date.now();
  const state = revokedAt ? 'revoked' : isOver ? 'expired' : 'live';
  const expires = expiresAt?.toISOString() ?? 'never';
  return [id, accountId, name, scopes.join(','), createdAt.toISOString(), expires, state].join('\t');
}
