import type { IncomingHttpHeaders } from 'node:http';
import { InvalidInput } from '../errors/invalid-input.ts';
import { quoted } from '../errors/quoted.ts';
import { structuredString } from '../http/structured-string.ts';

/**
 * Reads the key from its header: a structured field string, in quotation marks (draft-ietf-httpapi-idempotency-key-header),
 * or the bare key, as most clients send it. Throws INVALID_INPUT for a header that only begins with a quotation mark.
 */
export function idempotencyKeyOf({ 'idempotency-key': header }: IncomingHttpHeaders): unknown {
  if (typeof header !== 'string' || !header.startsWith('"')) return header;
  const key = structuredString(header);
  if (key !== null) return key;
  const message = `must be a structured field string or a bare key, not ${quoted(header)}`;
  throw new InvalidInput([{ param: 'Idempotency-Key', message }]);
}
