import { errors, type JWTPayload, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { Unavailable } from '../errors/refusals.ts';
import { issuerKeys, type KeySet, type KeyTimes } from './jwks.ts';
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
  /** How long its keys are used, if not for the default times. */
  keyTimes?: Partial<KeyTimes>;
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
/** Verifying a signature costs a hundred times what remembering does. */
const REMEMBERED_TOKENS = 10_000;

/** A token that was verified, and with which keys: remembered only as long as the issuer has the same ones. */
interface Verified {
  viewer: Viewer;
  /** Seconds since 1970. */
  expires: number;
  find: KeySet['find'];
}

/** Whether a token has the form of a JWT, which none of ours has. */
export const isJwt = (token: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token);

/**
 * Tells who calls from a JWT (RFC 9068): its account from a claim, its scopes from `scope` (RFC 8693). Null for one
 * that is expired, unsigned, for another audience, without an account, or signed with a key that the issuer has removed.
 * Throws UNAVAILABLE while there are no keys to check it with.
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
      if (isOfTheToken(cause)) return null;
      const message = 'The keys that verify tokens cannot be fetched.';
      throw new Unavailable('not_applied', { cause, message });
    }
  }

  /** A key that the set lacks may be new: then the issuer is asked once more. */
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

/** The id of a JWT (`jti`), where it can stand in a log. */
const TOKEN_ID = /^[\w.:-]{1,64}$/;

function verifiedOf(
  { exp, scope, jti, ...claims }: JWTPayload,
  accountClaim: string,
  find: KeySet['find'],
): Verified | null {
  const accountId = claims[accountClaim] ?? undefined;
  if (exp === undefined || typeof accountId !== 'string' || !isAccountId(accountId)) return null;
  const scopes = typeof scope === 'string' ? scope.split(' ') : [];
  const tokenId = typeof jti === 'string' && TOKEN_ID.test(jti) ? jti : undefined;
  const viewer = { accountId, callerId: `account ${accountId}`, tokenId, scopes: new Set(scopes) };
  return { viewer, expires: exp, find };
}

/** Whether it is the token that is wrong, and not the way to the keys. */
const isOfTheToken = (error: unknown): boolean =>
  error instanceof errors.JOSEError &&
  !(error instanceof errors.JWKSInvalid) &&
  error.code !== 'ERR_JOSE_GENERIC';
