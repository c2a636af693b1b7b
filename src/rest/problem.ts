import { catalogue } from '../errors/catalogue.ts';
import { InvalidInput } from '../errors/invalid-input.ts';
import { type Refusal, Unavailable } from '../errors/refusals.ts';
import type { Answer } from './answer.ts';

/** Converts a refusal to a problem as defined by RFC 9457. */
export function problem(refusal: Refusal, requestId: string): Answer {
  const { code, message, headers } = refusal;
  const { status, title } = catalogue[code];
  return {
    status,
    headers: { ...headers, 'content-type': 'application/problem+json' },
    body: {
      type: `urn:segments:problem:${code.toLowerCase().replaceAll('_', '-')}`,
      title,
      status,
      detail: message,
      code,
      ...(refusal instanceof InvalidInput && { errors: refusal.issues }),
      ...(refusal instanceof Unavailable && { outcome: refusal.outcome }),
      request_id: requestId,
    },
  };
}
