import { Refusal } from '../errors/refusals.ts';

/** What a token may be allowed to do. */
export const SCOPES = ['segments:read', 'segments:write'] as const;
export type Scope = (typeof SCOPES)[number];

/** Whose segments API_TOKEN opens, and a token of `segments token create` unless told otherwise. */
export const DEFAULT_ACCOUNT = 'default';

/** Who calls, as its token says. */
export interface Viewer {
  accountId: string;
  /** What it is counted by: its token, or where it has none of ours, its account. */
  callerId: string;
  /** What its token is called, by `token list` or by the issuer; for the log. */
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

/** Whether a text can name an account: 1 to 64 of A-Z a-z 0-9 _ . - */
export const isAccountId = (text: string): boolean => ACCOUNT_ID.test(text);

/** Who calls, as far as it is known. */
export interface Caller {
  viewer: Viewer | null;
  /** Whether it is unknown although a bearer token was sent. */
  hasBadToken?: boolean;
}

/** How an answer asks for a token (RFC 9110, section 11.6.1; RFC 6750, section 3). */
const CHALLENGE = 'Bearer realm="segments"';
const BAD_TOKEN = `${CHALLENGE}, error="invalid_token", error_description="The token is malformed, unknown, expired or revoked"`;

/**
 * Throws UNAUTHENTICATED. One answer for every token that is malformed, unknown, expired or revoked; one for a caller who
 * sent none, without an `error` (RFC 6750, section 3.1).
 */
export function requireViewer({ viewer, hasBadToken = false }: Caller): Viewer {
  if (viewer) return viewer;
  throw new Refusal('UNAUTHENTICATED', 'Send a valid token in the header `Authorization: Bearer {token}`.', {
    headers: { 'www-authenticate': hasBadToken ? BAD_TOKEN : CHALLENGE },
  });
}

/** Throws UNAUTHENTICATED, or FORBIDDEN where the token lacks the scope. */
export function requireScope(caller: Caller, scope: Scope): Viewer {
  const viewer = requireViewer(caller);
  if (viewer.scopes.has(scope)) return viewer;
  throw new Refusal('FORBIDDEN', `This token lacks the scope ${scope}.`, {
    headers: { 'www-authenticate': `${CHALLENGE}, error="insufficient_scope", scope="${scope}"` },
  });
}

/** The account that callers without one count as. No account has this name. */
export const STRANGER = '';

/** Whose share of a fair queue a call uses: its account's. Callers without an account have one together; no account has its name. */
export const shareOf = ({ viewer }: Caller): string => viewer?.accountId ?? STRANGER;
