import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';
const SECRET_BYTES = 32;

/** What a signature covers. `timestamp` is that of the attempt, in seconds since 1970. */
interface Signed {
  id: string;
  timestamp: number;
  body: string;
}

/** Returns a new secret as Standard Webhooks spells it: `whsec_` and 32 random bytes in base64. */
export const newSecret = (): string => PREFIX + randomBytes(SECRET_BYTES).toString('base64');

const SECRET = /^whsec_(?:[A-Za-z0-9+/]{4}){7,22}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const BYTES = { min: 24, max: 64 };

/** Whether a text is a secret as Standard Webhooks requires it: `whsec_` and 24 to 64 bytes in base64. */
export const isSecret = (text: string): boolean => {
  const bytes = SECRET.test(text) ? keyOf(text).length : 0;
  return bytes >= BYTES.min && bytes <= BYTES.max;
};

/**
 * Returns the value of the header `webhook-signature` (Standard Webhooks 1.0): a signature for each secret, separated by spaces. A
 * receiver accepts the message if one of them is right, so it can know the old or the new secret while a secret is rotated.
 */
export const sign = (secrets: readonly string[], signed: Signed): string =>
  secrets.map((secret) => `v1,${signatureOf(secret, signed)}`).join(' ');

const signatureOf = (secret: string, { id, timestamp, body }: Signed): string =>
  createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64');

const keyOf = (secret: string): Buffer =>
  Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret, 'base64');
