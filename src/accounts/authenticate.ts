import type { IncomingHttpHeaders } from 'node:http';
import { LRUCache } from 'lru-cache';
import { isJwt, type JwtIssuer, jwtReader } from './jwt.ts';
import { digestOf, isToken } from './token.ts';
import type { TokenStore } from './token-store.ts';
import type { Authenticate } from './trusted-router.ts';
import type { Viewer } from './viewer.ts';

/** How long a revoked token may still be accepted, at most. */
const REMEMBERED_MS = 5_000;
const REMEMBERED_TOKENS = 10_000;

const BEARER = /^Bearer +(\S+) *$/i;

/** Whether a request sends a bearer token, however malformed. */
export const sendsToken = ({ authorization = '' }: IncomingHttpHeaders): boolean =>
  /^Bearer(?: |$)/i.test(authorization);

/**
 * Identifies the caller from the `Authorization` header (RFC 6750). The viewer is null if the header has no valid token. Only
 * valid tokens are cached, and only by digest. Unknown, expired and revoked tokens are handled alike and take the same time.
 * If a JWT issuer is given, its tokens are accepted as well. `anew` does the same without the cache.
 */
export function authenticator(tokens: TokenStore, jwt?: JwtIssuer) {
  const known = new LRUCache<string, Viewer>({ max: REMEMBERED_TOKENS, ttl: REMEMBERED_MS });
  const readJwt = jwt && jwtReader(jwt);

  const identify =
    (cached: (digest: string) => Viewer | undefined): Authenticate =>
    async ({ authorization = '' }) => {
      const [, token] = BEARER.exec(authorization) ?? [];
      if (token === undefined) return null;
      if (readJwt && isJwt(token)) return readJwt(token);
      const digest = digestOf(token);
      return cached(digest) ?? find(digest, token);
    };
  return Object.assign(
    identify((digest) => known.get(digest)),
    { anew: identify(() => undefined) },
  );

  async function find(digest: string, token: string): Promise<Viewer | null> {
    const grant = isToken(token) ? await tokens.find(digest) : null;
    if (!grant) return null;
    // The database's clock decides when a token expires, because ours may be wrong or jump. A ttl of 0 would never expire.
    known.set(digest, grant.viewer, { ttl: Math.max(1, Math.min(REMEMBERED_MS, grant.millisecondsLeft)) });
    return grant.viewer;
  }
}
