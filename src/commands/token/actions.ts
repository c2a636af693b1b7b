import { newToken } from '../../accounts/token.ts';
import type { TokenRecord, TokenStore } from '../../accounts/token-store.ts';
import { type Columns, printJson, printList } from '../list.ts';
import { print, tell } from '../output.ts';
import type { TokenDraft } from '../token-options.ts';

/** Creates a token and prints it. */
export async function create(
  { account, name, scopes, expires }: TokenDraft,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const draft = { accountId: account, name, scopes, expiresAt: expires };
  const made = await withTokens(environment, (tokens) => tokens.create(draft));
  tell(`Token ${made.id} of account ${account}. Store it now: it is not shown again.`);
  print(made.token);
}

const COLUMNS: Columns<ReturnType<typeof withState>> = {
  id: ({ id }) => id,
  account: ({ accountId }) => accountId,
  name: ({ name }) => name,
  scopes: ({ scopes }) => scopes.join(','),
  created: ({ createdAt }) => createdAt.toISOString(),
  expires: ({ expiresAt }) => expiresAt?.toISOString() ?? 'never',
  state: ({ state }) => state,
  'last used': ({ lastUsedAt }) => lastUsedAt?.toISOString() ?? 'never',
};

/** Lists all tokens, as JSON or for people. */
export async function list(asJson: boolean, environment: NodeJS.ProcessEnv): Promise<void> {
  const tokens = (await withTokens(environment, (store) => store.list())).map(withState);
  if (asJson) printJson(tokens);
  else await printList(tokens, COLUMNS);
}

function withState({ id, accountId, name, scopes, ...times }: TokenRecord) {
  const { createdAt, expiresAt, revokedAt, lastUsedAt } = times;
  const isExpired = expiresAt !== null && expiresAt.getTime() <= Date.now();
  const state = revokedAt ? 'revoked' : isExpired ? 'expired' : 'live';
  return { id, accountId, name, scopes, createdAt, expiresAt, revokedAt, lastUsedAt, state };
}

/** Creates a token like another, which ends after the overlap. */
export async function rotate(id: string, overlapMs: number, environment: NodeJS.ProcessEnv): Promise<void> {
  const made = await withTokens(environment, (tokens) => tokens.rotate(id, overlapMs));
  if (!made) throw new Error(`There is no live token ${id}.`);
  const until = made.expiresAt ? `It ends ${made.expiresAt.toISOString()}. ` : '';
  tell(`Token ${made.id} of account ${made.accountId}. ${until}Store it now: it is not shown again.`);
  tell(`The token ${id} ends ${made.oldEndsAt.toISOString()}.`);
  print(made.token);
}

/** Revokes a token. */
export async function revoke(id: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const exists = await withTokens(environment, (tokens) => tokens.revoke(id));
  if (!exists) throw new Error(`There is no token ${id}.`);
  print(`Revoked ${id}.`);
}

/** Prints a token that is stored nowhere. */
export function printNew(): void {
  print(newToken());
}

/** Loads the code of the database only when it is needed. */
async function withTokens<Result>(
  environment: NodeJS.ProcessEnv,
  work: (tokens: TokenStore) => Promise<Result>,
): Promise<Result> {
  const [{ withDatabase }, { tokenStore }] = await Promise.all([
    import('../database.ts'),
    import('../../accounts/token-store.ts'),
  ]);
  return withDatabase(environment, (database) => work(tokenStore(database)));
}
