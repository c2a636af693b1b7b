import { type Code, catalogue, type Entry } from '../../errors/catalogue.ts';
import { InvalidInput } from '../../errors/invalid-input.ts';
import { Refusal, Unavailable } from '../../errors/refusals.ts';
import { problem } from '../problem.ts';
import { Problem } from '../schemas.ts';
import { headersNamed, referenceTo } from './components.ts';
import type { Json } from './schema-at.ts';

/** What each refusal means over REST. */
const MEANINGS: Partial<Record<Code, string>> = {
  INVALID_INPUT: 'A parameter is wrong, missing or unknown. `errors` says which.',
  UNAUTHENTICATED: 'The token is missing, unknown, expired or revoked.',
  FORBIDDEN: 'The token does not have the scope that the operation requires.',
  QUOTA_EXCEEDED: 'Your account has as many objects of this kind as it can have.',
  NOT_FOUND: 'Your account has no such object.',
  IDEMPOTENCY_KEY_IN_USE: 'A request with the same key is in progress.',
  CURSOR_EXPIRED: 'Events after the cursor are no longer kept. List the segments again.',
  IDEMPOTENCY_KEY_REUSED: 'The key was used for a different request.',
  PRECONDITION_FAILED: '`If-Match` or `If-None-Match` does not allow the request. Nothing was changed.',
  PAYLOAD_TOO_LARGE: 'The body has more than 64 KiB.',
  UNSUPPORTED_MEDIA_TYPE: 'The body has another media type or is not UTF-8.',
  RATE_LIMITED: 'Too many requests. Nothing was changed.',
  INTERNAL: 'An internal error.',
  UNAVAILABLE: 'The gateway or its database cannot answer now. `outcome` says whether anything was changed.',
  TIMEOUT: 'The request took too long, and nothing was changed. Request less at a time.',
};

/** The headers of refusals, by code. */
const HEADERS: Partial<Record<Code, readonly string[]>> = {
  UNAUTHENTICATED: ['WWW-Authenticate'],
  FORBIDDEN: ['WWW-Authenticate'],
  UNSUPPORTED_MEDIA_TYPE: ['Accept'],
  RATE_LIMITED: ['Retry-After'],
};

const headersOf = (code: Code): readonly string[] => {
  const { headers }: Entry = catalogue[code];
  return [...(HEADERS[code] ?? []), ...(headers ? ['Retry-After'] : [])];
};

const meaningOf = (code: Code): string => {
  const meaning = MEANINGS[code];
  if (!meaning) throw new TypeError(`${code} is not documented for REST.`);
  return meaning;
};

const LIMIT = { param: 'limit', message: 'must be a whole number from 1 to 100, not "many"' };
const REQUEST_ID = '0b9f2c5e-6a0f-4a34-9d0b-3f1d8f1e7c55';

function exampleOf(code: Code): unknown {
  const message = meaningOf(code);
  if (code === 'INVALID_INPUT') return problem(new InvalidInput([LIMIT]), REQUEST_ID).body;
  if (code === 'UNAVAILABLE') return problem(new Unavailable('not_applied', { message }), REQUEST_ID).body;
  return problem(new Refusal(code, message), REQUEST_ID).body;
}

/** Responses by the name under which the document has them. */
export type Responses = Map<string, Json>;

/**
 * Returns the responses of refusals by status. Refusals with the same status share a response. Each is a reference to one of
 * `responses`, to which it is added.
 */
export const refusalResponses = (codes: readonly Code[], responses: Responses): Record<string, Json> =>
  Object.fromEntries(
    [...Map.groupBy(codes, (code) => catalogue[code].status)].map(([status, some]) => {
      const name = some.join('_or_');
      responses.set(name, responseOf(some));
      return [status, { $ref: `#/components/responses/${name}` }];
    }),
  );

const responseOf = (codes: readonly Code[]): Json => ({
  description: codes.map((code) => `\`${code}\`: ${meaningOf(code)}`).join('\n\n'),
  headers: headersNamed([...new Set(codes.flatMap(headersOf))]),
  content: {
    'application/problem+json': {
      schema: referenceTo(Problem),
      examples: Object.fromEntries(codes.map((code) => [code, { value: exampleOf(code) }])),
    },
  },
});
