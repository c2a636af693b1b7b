import { errors, type JWTPayload, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { Unavailable } from '../errors/refusals.ts';
import { issuerKeys, type KeySet, type KeyTimes } from './jwks.ts';
import { digestOf } from './token.ts';
import { isAccountId, type Viewer } from './viewer.ts';

/** An issuer whose JSON Web Tokens are accepted. */
export interface JwtIssuer {
  /** URL of its public keys (RFC 7517). */
  jwksUrl: string;
  issuer: string;
  audience: string;
  /** The claim that names the account. */
  accountClaim: string;
  /** How long its keys are used, where this differs from the default. */
  keyTimes?: Partial<KeyTimes>;
}

/** Asymmetric algorithms, with which only the issuer can sign: no shared secrets, and not `none`. */
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
/** Max verified tokens to cache. A lookup is much cheaper than verifying a signature again. */
const REMEMBERED_TOKENS = 10_000;

/** A verified token, and the keys that verified it. It is cached only as long as the issuer has the same keys. */
interface Verified {
  viewer: Viewer;
  /** Seconds since 1970. */
  expires: number;
  find: KeySet['find'];
}

/** Whether a token has the form of a JWT. The tokens that we make do not. */
export const isJwt = (token: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token);

/**
 * Identifies the caller from a JWT (RFC 9068). The account is read from a claim, and the scopes from `scope` (RFC 8693). The
 * viewer is null if the token is expired, unsigned, for another audience, without an account, or signed with a key that the
 * issuer has removed. Throws UNAVAILABLE while there are no keys to verify it with.
 */
export function jwtReader({ jwksUrl, issuer, audience, accountClaim, keyTimes }: JwtIssuer) {
  const keys = issuerKeys(jwksUrl, keyTimes);
  const known = new LRUCache<string, Verified>({ max: REMEMBERED_TOKENS });
  const rules = {
    issuer,
    audience,
    algorithms: ALGORITHMS,
    clockTolerance: CLOCK_TOLERANCE_S,
    requiredClaims: ['exp'],
  };

  return async (token: string): Promise<Viewer | null> => {
    const digest = digestOf(token);
    const verified = await verify(digest, token);
    if (!verified || verified.expires + CLOCK_TOLERANCE_S <= Date.now() / 1000) {
      known.delete(digest);
      return null;
    }
    if (known.peek(digest) !== verified) known.set(digest, verified);
    return verified.viewer;
  };

  async function verify(digest: string, token: string): Promise<Verified | null> {
    try {
      const current = await keys.current();
      const remembered = known.get(digest);
      return remembered?.find === current.find ? remembered : await verifyWith(current, token);
    } catch (cause) {
      if (isInvalidToken(cause)) return null;
      const message = 'The keys that verify tokens cannot be fetched. Try again in a moment.';
      throw new Unavailable('not_applied', { cause, message });
    }
  }

  /** If the keys lack the one that signed the token, it may be new, so the issuer is asked for its keys once more. */
  async function verifyWith(current: KeySet, token: string): Promise<Verified | null> {
    const payloadBy = async ({ find }: KeySet) => {
      const { payload } = await jwtVerify(token, find, rules);
      return verifiedOf(payload, accountClaim, find);
    };
    try {
      return await payloadBy(current);
    } catch (error) {
      const newer = error instanceof errors.JWKSNoMatchingKey && (await keys.newerThan(current));
      if (newer) return payloadBy(newer);
      throw error;
    }
  }
}

/** Ids of JWTs (`jti`) that are safe to log. */
const TOKEN_ID = /^[\w.:-]{1,64}$/;

/** Returns the subject of a JWT; null if it has none that Postgres can store, within the length of a StringOrURI in OpenID. */
const subjectOf = (sub: unknown): string | null =>
  typeof sub === 'string' && sub.length <= 255 && sub.isWellFormed() && !sub.includes('\0') ? sub : null;

function verifiedOf(
  { exp, scope, jti, ...claims }: JWTPayload,
  accountClaim: string,
  find: KeySet['find'],
): Verified | null {
  const accountId = claims[accountClaim] ?? undefined;
  if (exp === undefined || typeof accountId !== 'string' || !isAccountId(accountId)) return null;
  const scopes = typeof scope === 'string' ? scope.split(' ') : [];
  const tokenId = typeof jti === 'string' && TOKEN_ID.test(jti) ? jti : undefined;
  const actor = { kind: 'JWT' as const, id: subjectOf(claims.sub), name: null };
  const viewer = { accountId, callerId: `account ${accountId}`, tokenId, scopes: new Set(scopes), actor };
  return { viewer, expires: exp, find };
}

/** Whether an error means that the token is invalid, and not that its keys could not be fetched. */
const isInvalidToken = (error: unknown): boolean =>
  error instanceof errors.JOSEError &&
  !(error instanceof errors.JWKSInvalid) &&
  error.code !== 'ERR_JOSE_GENERIC';
