import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { Unavailable } from '../errors.ts';
import { digestOf } from './token.ts';
import { isAccountId, type Viewer } from './viewer.ts';

/** Whose JSON Web Tokens are believed. */
export interface JwtIssuer {
  /** Where its public keys are (RFC 7517). */
  jwksUrl: string;
  issuer: string;
  audience: string;
  /** The claim that names the account. */
  accountClaim: string;
}

/** Keys that only the issuer can sign with: never a shared secret, never none. */
const ALGORITHMS = [
  'EdDSA',
  'Ed25519',
  'ES256',
  'ES384',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
];
const CLOCK_TOLERANCE_S = 5;
const JWKS_TIMEOUT_MS = 1_500;
/** A signature costs a hundred times what remembering does; an expired token is asked of its claims each time. */
const REMEMBERED = { max: 10_000, ttl: 60_000 };

interface Verified {
  viewer: Viewer;
  /** Seconds since 1970. */
  expires: number;
}

/** Whether a token has the form of a JWT, which none of ours has. */
export const isJwt = (token: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token);

/**
 * Tells who calls from a JWT (RFC 9068): its account from a claim, its scopes from `scope` (RFC 8693). Null for one
 * that is expired, unsigned, for another audience or without an account. Throws UNAVAILABLE while the keys can't be fetched.
 */
export function jwtReader({ jwksUrl, issuer, audience, accountClaim }: JwtIssuer) {
  const keys = createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: JWKS_TIMEOUT_MS });
  const known = new LRUCache<string, Verified>(REMEMBERED);
  const rules = {
    issuer,
    audience,
    algorithms: ALGORITHMS,
    clockTolerance: CLOCK_TOLERANCE_S,
    requiredClaims: ['exp'],
  };

  return async (token: string): Promise<Viewer | null> => {
    const digest = digestOf(token);
    const verified = known.get(digest) ?? (await verify(token));
    if (!verified || verified.expires + CLOCK_TOLERANCE_S <= Date.now() / 1000) return null;
    if (!known.has(digest)) known.set(digest, verified);
    return verified.viewer;
  };

  async function verify(token: string): Promise<Verified | null> {
    try {
      const { payload } = await jwtVerify(token, keys, rules);
      return verifiedOf(payload, accountClaim);
    } catch (cause) {
      if (isOfTheToken(cause)) return null;
      const message = 'The keys that tokens are checked with are out of reach.';
      throw new Unavailable('not_applied', { cause, message });
    }
  }
}

/** The id of a JWT (`jti`), where it can stand in a log. */
const TOKEN_ID = /^[\w.:-]{1,64}$/;

function verifiedOf({ exp, scope, jti, ...claims }: JWTPayload, accountClaim: string): Verified | null {
  const accountId = claims[accountClaim] ?? undefined;
  if (exp === undefined || typeof accountId !== 'string' || !isAccountId(accountId)) return null;
  const scopes = typeof scope === 'string' ? scope.split(' ') : [];
  const tokenId = typeof jti === 'string' && TOKEN_ID.test(jti) ? jti : undefined;
  const viewer = { accountId, callerId: `account ${accountId}`, tokenId, scopes: new Set(scopes) };
  return { viewer, expires: exp };
}

/** Whether it is the token that is wrong, and not the way to the keys. */
const isOfTheToken = (error: unknown): boolean =>
  error instanceof errors.JOSEError &&
  !(error instanceof errors.JWKSTimeout) &&
  !(error instanceof errors.JWKSInvalid) &&
  error.code !== 'ERR_JOSE_GENERIC';
