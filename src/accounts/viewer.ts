import { Refusal } from '../errors/refusals.ts';

/** What a token can allow. */
export const SCOPES = [
  'segments:read',
  'segments:write',
  'members:read',
  'members:write',
  'webhooks:manage',
] as const;
export type Scope = (typeof SCOPES)[number];

/** Account of API_TOKEN, and of tokens that `segments token create` makes without `--account`. */
export const DEFAULT_ACCOUNT = 'default';

/** An authenticated caller. */
export interface Viewer {
  accountId: string;
  /** What its points are counted by: its token if it is one of ours, otherwise its account. */
  callerId: string;
  /** Id of its token for the log, as `token list` shows it or as the issuer set it (`jti`). */
  tokenId?: string | undefined;
  scopes: ReadonlySet<string>;
  /** Who the token says it is; for the event log. */
  actor: Actor;
}

/** Who changed something: a token of ours, the subject of a JWT, a trusted router, or somebody with a session on the database. */
export interface Actor {
  kind: 'TOKEN' | 'JWT' | 'ROUTER' | 'DATABASE';
  /** The id of the token, or the subject of the JWT. */
  id: string | null;
  name: string | null;
}

const ACCOUNT_ID = /^[\w.-]{1,64}$/;

/** Whether a text can be the id of an account: 1 to 64 characters of A-Z a-z 0-9 _ . - */
export const isAccountId = (text: string): boolean => ACCOUNT_ID.test(text);

/** A caller, known or not. */
export interface Caller {
  viewer: Viewer | null;
  /** Whether the caller sent a bearer token that is not valid. */
  hasBadToken?: boolean;
}

/** The challenge of an answer that requires a token (RFC 9110, section 11.6.1; RFC 6750, section 3). */
const CHALLENGE = 'Bearer realm="segments"';
const BAD_TOKEN = `${CHALLENGE}, error="invalid_token", error_description="The token is malformed, unknown, expired or revoked"`;

/**
 * Returns the viewer, or throws UNAUTHENTICATED. Malformed, unknown, expired and revoked tokens all get the same answer. The
 * answer to a caller who sent no token has no `error` (RFC 6750, section 3.1).
 */
export function requireViewer({ viewer, hasBadToken = false }: Caller): Viewer {
  if (viewer) return viewer;
  throw new Refusal('UNAUTHENTICATED', 'Send a valid token in the header `Authorization: Bearer {token}`.', {
    headers: { 'www-authenticate': hasBadToken ? BAD_TOKEN : CHALLENGE },
  });
}

/** Returns the viewer. Throws UNAUTHENTICATED, or FORBIDDEN if the token lacks the scope. */
export function requireScope(caller: Caller, scope: Scope): Viewer {
  const viewer = requireViewer(caller);
  if (viewer.scopes.has(scope)) return viewer;
  throw new Refusal('FORBIDDEN', `This token lacks the scope ${scope}.`, {
    headers: { 'www-authenticate': `${CHALLENGE}, error="insufficient_scope", scope="${scope}"` },
  });
}

/** The account that callers without one count as. No real account has this id. */
export const STRANGER = '';

/** Returns the account whose share of a fair queue a call uses. Callers without an account have one share together. */
export const shareOf = ({ viewer }: Caller): string => viewer?.accountId ?? STRANGER;

/** Returns a text that is the same for callers who can see the same: those of one account with the same scopes. */
export const visibilityOf = (viewer: Viewer | null): string =>
  viewer ? [viewer.accountId, ...[...viewer.scopes].sort()].join(' ') : STRANGER;
