import { LRUCache } from 'lru-cache';
import { digestOf, isToken } from './token.ts';
import type { Grant, TokenStore } from './tokens.ts';
import type { Viewer } from './viewer.ts';

/** How long a revoked token may still be taken, at most. */
const REMEMBERED_MS = 5_000;
const REMEMBERED_TOKENS = 10_000;

const BEARER = /^Bearer +(\S+) *$/i;

/**
 * Tells who calls from the `Authorization` header (RFC 6750); null for anybody else. Only good tokens are
 * remembered, and only by digest: an unknown, an expired and a revoked one take the same way and the same time.
 */
export function authenticator(tokens: TokenStore) {
  const grants = new LRUCache<string, Grant>({ max: REMEMBERED_TOKENS, ttl: REMEMBERED_MS });

  return async (authorization: string | undefined): Promise<Viewer | null> => {
    const [, token] = BEARER.exec(authorization ?? '') ?? [];
    if (token === undefined || !isToken(token)) return null;
    const digest = digestOf(token);
    const grant = grants.get(digest) ?? (await tokens.find(digest));
    if (!grant || hasExpired(grant)) return null;
    if (!grants.has(digest)) grants.set(digest, grant);
    return grant.viewer;
  };
}

const hasExpired = ({ expiresAt }: Grant) => expiresAt !== null && expiresAt.getTime() <= Date.now();
