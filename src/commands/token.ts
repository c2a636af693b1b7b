import { parseArgs } from 'node:util';
import { newToken } from '../accounts/token.ts';
import type { TokenRecord, TokenStore } from '../accounts/token-store.ts';
import { SCOPES } from '../accounts/viewer.ts';
import { type Command, print, WrongUsage } from './command.ts';
import { draftOf, onlyId, overlapOf } from './token-options.ts';

const help = `Usage: segments token <create|list|rotate|revoke|new>

  create   create a token and print it; it is not shown again
    --account <id>     account of the token: 1 to 64 characters of A-Z a-z 0-9 _ . - (default: default)
    --name <text>      purpose of the token, as list shows it (default: unnamed)
    --scopes <list>    what it allows, separated by commas (default: ${SCOPES.join(',')})
    --expires <days>   number of days until it expires (default: never)
  list     list all tokens without their secrets, and when they were last used (to about a minute)
  rotate   <id>        create a token like this one, print it, and end this one after an overlap
    --overlap <time>   how long both are valid, in minutes, hours or days: 30m, 24h, 7d (default: 24h)
  revoke   <id>        revoke a token; gateways refuse it within five seconds
  new      print a token for API_TOKEN, without a database
`;

export const token: Command = {
  summary: 'create, list, rotate and revoke API tokens',
  help,
  async run([action = '', ...args], environment) {
    const run = Object.hasOwn(actions, action) ? actions[action] : undefined;
    if (!run)
      throw new WrongUsage(
        `token requires one of create, list, rotate, revoke, new${action && `, not ${action}`}.`,
      );
    await run(args, environment);
  },
};

const actions: Record<string, Command['run']> = {
  async create(args, environment) {
    const draft = draftOf(args);
    const made = await withTokens(environment, (tokens) => tokens.create(draft));
    process.stderr.write(
      `Token ${made.id} of account ${draft.accountId}. Store it now: it is not shown again.\n`,
    );
    print(made.token);
  },

  async list(args, environment) {
    parseArgs({ args });
    const tokens = await withTokens(environment, (tokens) => tokens.list());
    print(['id', 'account', 'name', 'scopes', 'created', 'expires', 'state', 'last used'].join('\t'));
    for (const each of tokens) print(rowOf(each));
  },

  async rotate(args, environment) {
    const { id, overlapMs } = overlapOf(args);
    const made = await withTokens(environment, (tokens) => tokens.rotate(id, overlapMs));
    if (!made) throw new Error(`There is no live token ${id}.`);
    const until = made.expiresAt ? `It ends ${made.expiresAt.toISOString()}. ` : '';
    process.stderr.write(
      `Token ${made.id} of account ${made.accountId}. ${until}Store it now: it is not shown again.\nThe token ${id} ends ${made.oldEndsAt.toISOString()}.\n`,
    );
    print(made.token);
  },

  async revoke(args, environment) {
    const { positionals } = parseArgs({ args, allowPositionals: true });
    const id = onlyId('revoke', positionals);
    const exists = await withTokens(environment, (tokens) => tokens.revoke(id));
    if (!exists) throw new Error(`There is no token ${id}.`);
    print(`Revoked ${id}.`);
  },

  async new(args) {
    parseArgs({ args });
    print(newToken());
  },
};

/** Loads the code of the database only when it is needed, so that a wrong command line is reported quickly. */
async function withTokens<Result>(
  environment: NodeJS.ProcessEnv,
  work: (tokens: TokenStore) => Promise<Result>,
): Promise<Result> {
  const [{ withDatabase }, { tokenStore }] = await Promise.all([
    import('./database.ts'),
    import('../accounts/token-store.ts'),
  ]);
  return withDatabase(environment, (database) => work(tokenStore(database)));
}

function rowOf({
  id,
  accountId,
  name,
  scopes,
  createdAt,
  expiresAt,
  revokedAt,
  lastUsedAt,
}: TokenRecord): string {
  const isExpired = expiresAt !== null && expiresAt.getTime() <= Date.now();
  const state = revokedAt ? 'revoked' : isExpired ? 'expired' : 'live';
  const expires = expiresAt?.toISOString() ?? 'never';
  const lastUsed = lastUsedAt?.toISOString() ?? 'never';
  return [id, accountId, name, scopes.join(','), createdAt.toISOString(), expires, state, lastUsed].join(
    '\t',
  );
}
