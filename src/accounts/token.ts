import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { base62, randomBase62 } from '../values/base62.ts';

const PREFIX = 'sgw_';
const SECRET_LENGTH = 30;
const CHECKSUM_LENGTH = 6;

/** Matches the characters of a bearer token (RFC 6750), in a length that is sufficient for a secret. */
export const TOKEN = /^[\w.~+/=-]{32,200}$/;

/**
 * Makes a token: `sgw_`, 30 random characters of 0-9A-Za-z (178 bits), and 6 characters of their CRC-32. Secret scanners find a
 * leaked token by its prefix. A mistyped token is detected by its checksum, without a query.
 */
export function newToken(): string {
  const secret = randomBase62(SECRET_LENGTH);
  return PREFIX + secret + checksum(secret);
}

/** Whether a text can be a token. With our prefix, its checksum must be right; without, it only has to be long enough. */
export function isToken(text: string): boolean {
  if (!TOKEN.test(text)) return false;
  if (!text.startsWith(PREFIX)) return true;
  const secret = text.slice(PREFIX.length, -CHECKSUM_LENGTH);
  return secret.length === SECRET_LENGTH && text.endsWith(checksum(secret));
}

/**
 * Returns the digest of a token, which is stored instead of it. A plain SHA-256 is sufficient, because the secret is too long to
 * be guessed. A slow hash would let anybody keep our processors busy.
 */
export const digestOf = (token: string): string => hash('sha256', token, 'hex');

const checksum = (secret: string): string => base62(crc32(secret), CHECKSUM_LENGTH);
