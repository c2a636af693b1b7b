import { GraphQLError } from 'graphql';
import { held } from '../errors.ts';
import { builder } from './builder.ts';
import { readRfc3339, rfc3339 } from './rfc-3339.ts';

const SPECIFICATION = 'https://scalars.graphql.org/andimarek/date-time';

builder.scalarType('DateTime', {
  description:
    'A moment, written as RFC 3339 has it: `2026-11-23T09:30:00.000Z`. Answers are in UTC, to the millisecond.',
  specifiedByURL: SPECIFICATION,
  serialize: rfc3339,
  parseValue: (value) => {
    const moment = typeof value === 'string' ? readRfc3339(value) : null;
    if (moment) return moment;
    throw new GraphQLError(
      `A DateTime must be a date, a time and an offset as in "2026-11-23T09:30:00Z", not ${held(value)}.`,
    );
  },
});
