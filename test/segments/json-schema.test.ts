import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import * as resolvers from '../../src/segments/resolvers.ts';

/** The input of a resolver as JSON Schema, which has no type for a Date. */
const schemaOf = (resolver: { input: z.ZodType }) =>
  z.toJSONSchema(resolver.input, { io: 'input', unrepresentable: 'any' });

describe('The input of a resolver, as JSON Schema', () => {
  it('shows the limits of texts', () => {
    expect(schemaOf(resolvers.createSegment)).toMatchObject({
      properties: {
        name: { type: 'string', minLength: 1, maxLength: 255 },
        criteria: { type: 'string', minLength: 1, maxLength: 5_000 },
        description: { type: 'string', minLength: 0, maxLength: 5_000 },
      },
      required: ['name', 'criteria', 'description'],
      additionalProperties: false,
    });
  });

  it('shows the limits of a page', () => {
    const size = { anyOf: [{ type: 'integer', minimum: 1, maximum: 100 }, { type: 'null' }] };
    expect(schemaOf(resolvers.listSegments)).toMatchObject({ properties: { first: size, last: size } });
  });

  it.each(
    Object.entries(resolvers).flatMap(([name, each]) => ('input' in each ? [[name, each] as const] : [])),
  )('exists for %s, which also has a scope', (_, resolver) => {
    expect(schemaOf(resolver)).toMatchObject({ type: 'object' });
    expect(['segments:read', 'segments:write']).toContain(resolver.scope);
  });
});
