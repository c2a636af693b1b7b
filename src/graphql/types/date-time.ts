import { GraphQLError } from 'graphql';
import { quoted } from '../../errors/quoted.ts';
import { readRfc3339, rfc3339 } from '../../values/rfc-3339.ts';
import { builder } from './builder.ts';

const SPECIFICATION = 'https://scalars.graphql.org/andimarek/date-time';

builder.scalarType('DateTime', {
  description:
    'A date and time in RFC 3339 format, such as `2026-11-23T09:30:00.000Z`. Output is in UTC, with milliseconds. Input can have any offset and any number of fractional digits, and is compared exactly.',
  specifiedByURL: SPECIFICATION,
  // The URL must also be in the SDL for routers, not only in introspection.
  directives: { specifiedBy: { url: SPECIFICATION } },
  serialize: rfc3339,
  parseValue: (value) => {
    const moment = typeof value === 'string' ? readRfc3339(value) : null;
    if (moment) return moment;
    throw new GraphQLError(
      `A DateTime must have a date, a time and an offset, as in "2026-11-23T09:30:00Z", not ${quoted(value)}.`,
    );
  },
});
