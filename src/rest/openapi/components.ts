import { z } from 'zod';
import * as schemas from '../schemas.ts';
import { CONVERSION, type Json } from './schema-at.ts';

const names = new Map(
  Object.entries<z.ZodType>(schemas)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, schema]) => [schema, name]),
);

/** Returns a reference to the schema of a body. */
export function referenceTo(schema: z.ZodType): Json {
  const name = names.get(schema);
  if (name === undefined) throw new TypeError('The body of a response must be one of rest/schemas.ts.');
  return { $ref: placeOf(name) };
}

const placeOf = (name: string) => `#/components/schemas/${name}`;

/** The schemas of all bodies, by name. */
export function schemaComponents(): Record<string, Json> {
  const registry = z.registry<{ id: string }>();
  for (const [schema, id] of names) registry.add(schema, { id });
  const { schemas: found } = z.toJSONSchema(registry, { ...CONVERSION, uri: placeOf });
  return Object.fromEntries(
    Object.entries(found).map(([name, { $schema: _, $id: _id, ...schema }]) => [name, schema]),
  );
}

const text = (description: string, example: string): Json => ({
  description,
  schema: { type: 'string' },
  example,
});

/** Headers of responses, by name. */
export const HEADERS: Record<string, Json> = {
  'X-Request-Id': text(
    'Id of the request. It is the one that you sent, if it has 1 to 64 letters, digits and `_ . : -`.',
    '0b9f2c5e-6a0f-4a34-9d0b-3f1d8f1e7c55',
  ),
  ETag: text('The version of the segment.', '"3"'),
  Location: text('The path of the new object.', '/v1/customer-segments/0VcF6O1ofTkSFZgO'),
  'Event-Cursor': text(
    'The newest event when the page or file was read. The events after it are exactly the changes that it does not show.',
    '38',
  ),
  'Idempotent-Replayed': text('Sent if an earlier request with the same key created the segment.', 'true'),
  'Content-Disposition': text(
    'The name under which a browser saves the file.',
    'attachment; filename="customer-segments.csv"',
  ),
  'Retry-After': text('How many seconds to wait before the next attempt.', '1'),
  'WWW-Authenticate': text('What is wrong with the token (RFC 6750).', 'Bearer realm="segments"'),
  Accept: text('The media types that the body can have.', 'application/json'),
  RateLimit: text('How many points are left, if the gateway has a limit.', '"default";r=99;t=1'),
  'RateLimit-Policy': text('The limit, if the gateway has one.', '"default";q=100;w=1'),
};

/** The headers of every response. The last two are only sent if the gateway has a rate limit. */
const OF_ALL = ['X-Request-Id', 'RateLimit', 'RateLimit-Policy'];

/** Returns references to these headers, and to those that every response has. */
export const headersNamed = (some: readonly string[] = []): Record<string, Json> =>
  Object.fromEntries([...OF_ALL, ...some].map((name) => [name, { $ref: `#/components/headers/${name}` }]));
