import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Refusal } from '../errors/refusals.ts';
import { isAccountId, type Viewer } from './viewer.ts';

/** Identifies the caller from the headers of a request; null if the caller is unknown. */
export type Authenticate = (headers: IncomingHttpHeaders) => Promise<Viewer | null>;

/** Headers that a router sends: the secret that it shares with its subgraphs, and the caller's account and scopes. */
const SECRET = 'x-router-secret';
const ACCOUNT = 'x-account-id';
const SCOPES = 'x-account-scopes';

/**
 * Accepts only requests from a router that sends the shared secret; all others get FORBIDDEN. The caller is identified by the
 * token that the router forwards or, without one, by the router's own headers.
 */
export function behindRouter(secret: string, authenticate: Authenticate): Authenticate {
  const expected = hash('sha256', secret, 'buffer');
  const isOurs = (given: string) => timingSafeEqual(hash('sha256', given, 'buffer'), expected);

  return async (headers) => {
    const given = headers[SECRET];
    if (typeof given !== 'string' || !isOurs(given)) {
      throw new Refusal(
        'FORBIDDEN',
        `Only a router can use this endpoint. It must send its secret in the header ${SECRET}.`,
      );
    }
    return headers.authorization === undefined ? viewerOf(headers) : authenticate(headers);
  };
}

function viewerOf({ [ACCOUNT]: accountId, [SCOPES]: scopes = '' }: IncomingHttpHeaders): Viewer | null {
  if (typeof accountId !== 'string' || !isAccountId(accountId)) return null;
  const actor = { kind: 'ROUTER' as const, id: null, name: null };
  return {
    accountId,
    callerId: `account ${accountId}`,
    scopes: new Set(String(scopes).split(/[ ,]+/)),
    actor,
  };
}
