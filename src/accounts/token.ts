import { hash, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { BASE, base62 } from '../values/base62.ts';

const PREFIX = 'sgw_';
const SECRET_LENGTH = 30;
const CHECKSUM_LENGTH = 6;

/** Characters that a header takes as a token (RFC 6750), in a number that can hold a secret. */
export const TOKEN = /^[\w.~+/=-]{32,200}$/;

/**
 * A new token: `sgw_`, 30 characters of 0-9A-Za-z by chance (178 bits), 6 of their CRC-32. The prefix lets
 * scanners find a leaked one; the checksum tells a mistyped one without asking the database.
 */
export function newToken(): string {
  const secret = Array.from({ length: SECRET_LENGTH }, () => base62(randomInt(BASE), 1)).join('');
  return PREFIX + secret + checksum(secret);
}

/** Whether it can be a token: one of our own form must bear its checksum; any other secret must be long. */
export function isToken(text: string): boolean {
  if (!TOKEN.test(text)) return false;
  if (!text.startsWith(PREFIX)) return true;
  const secret = text.slice(PREFIX.length, -CHECKSUM_LENGTH);
  return secret.length === SECRET_LENGTH && text.endsWith(checksum(secret));
}

/**
 * What is kept of a token. A plain SHA-256 is enough, and wanted: the secret is too long to be guessed, and
 * a slow hash would let anybody keep our processors busy.
 */
export const digestOf = (token: string): string => hash('sha256', token, 'hex');

const checksum = (secret: string): string => base62(crc32(secret), CHECKSUM_LENGTH);
