import { GraphQLError } from 'graphql';
import { z } from 'zod';
import { held } from '../errors.ts';
import { builder } from './builder.ts';
import { rfc3339 } from './rfc-3339.ts';

const Rfc3339 = z.iso.datetime({ offset: true });

builder.scalarType('DateTime', {
  description:
    'A moment, written as RFC 3339 has it: `2026-11-23T09:30:00.000Z`. Answers are in UTC, to the millisecond.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time',
  serialize: rfc3339,
  parseValue: (value) => {
    const read = Rfc3339.safeParse(value);
    if (read.success) return new Date(read.data);
    throw new GraphQLError(`A DateTime must be like "2026-11-23T09:30:00Z", not ${held(value)}.`);
  },
});
