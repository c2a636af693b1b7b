import { Refusal } from '../errors.ts';

/** What a token may be allowed to do. */
export const SCOPES = ['segments:read', 'segments:write'] as const;
export type Scope = (typeof SCOPES)[number];

/** Who calls, as its token says. */
export interface Viewer {
  accountId: string;
  /** What it is counted by: its token, or where it has none of ours, its account. */
  callerId: string;
  scopes: ReadonlySet<string>;
}

const ACCOUNT_ID = /^[\w.-]{1,64}$/;

/** Whether a text can name an account: 1 to 64 of A-Z a-z 0-9 _ . - */
export const isAccountId = (text: string): boolean => ACCOUNT_ID.test(text);

/** Throws UNAUTHENTICATED. One answer for a token that is missing, unknown, expired or revoked. */
export function requireViewer(viewer: Viewer | null): Viewer {
  if (viewer) return viewer;
  throw new Refusal('UNAUTHENTICATED', 'Send a valid token in the header `Authorization: Bearer {token}`.');
}

/** Throws UNAUTHENTICATED, or FORBIDDEN where the token lacks the scope. */
export function requireScope(viewer: Viewer | null, scope: Scope): Viewer {
  const known = requireViewer(viewer);
  if (known.scopes.has(scope)) return known;
  throw new Refusal('FORBIDDEN', `This token lacks the scope ${scope}.`);
}
