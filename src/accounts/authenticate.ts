import { LRUCache } from 'lru-cache';
import { isJwt, type JwtIssuer, jwtReader } from './jwt.ts';
import type { Authenticate } from './router.ts';
import { digestOf, isToken } from './token.ts';
import type { Grant, TokenStore } from './tokens.ts';

/** How long a revoked token may still be taken, at most. */
const REMEMBERED_MS = 5_000;
const REMEMBERED_TOKENS = 10_000;

const BEARER = /^Bearer +(\S+) *$/i;

/**
 * Tells who calls from the `Authorization` header (RFC 6750); null for anybody else. Only good tokens are
 * remembered, and only by digest: an unknown, an expired and a revoked one take the same way and the same time.
 * Where an issuer of JWTs is believed, its tokens are as good as ours.
 */
export function authenticator(tokens: TokenStore, jwt?: JwtIssuer): Authenticate {
  const grants = new LRUCache<string, Grant>({ max: REMEMBERED_TOKENS, ttl: REMEMBERED_MS });
  const readJwt = jwt && jwtReader(jwt);

  return async ({ authorization = '' }) => {
    const [, token] = BEARER.exec(authorization) ?? [];
    if (token === undefined) return null;
    if (readJwt && isJwt(token)) return readJwt(token);
    const digest = digestOf(token);
    const grant = grants.get(digest) ?? (await found(digest, token));
    return grant && !hasExpired(grant) ? grant.viewer : null;
  };

  async function found(digest: string, token: string): Promise<Grant | null> {
    const grant = isToken(token) ? await tokens.find(digest) : null;
    if (grant) grants.set(digest, grant);
    return grant;
  }
}

const hasExpired = ({ expiresAt }: Grant) => expiresAt !== null && expiresAt.getTime() <= Date.now();
