import { z } from 'zod';
import type { Field } from './operation.ts';

/* The documented fields that several operations have. */

/** The id of the segment in a path. */
export const SEGMENT_ID = { in: 'path', description: 'Id of the segment.' } as const satisfies Field;

/** The parameters of a page that begins or ends at the `place` of an object, such as the id of a segment. */
export const pageParameters = (objects: string, place: string) =>
  ({
    limit: {
      in: 'query',
      is: ['first', 'last'],
      description: `How many ${objects} to return. The default is 10.`,
    },
    starting_after: {
      in: 'query',
      is: 'after',
      description: `Lists the ${objects} after this one: ${place}. Pass the last one of a page to get the next page.`,
      schema: z.string(),
    },
    ending_before: {
      in: 'query',
      is: 'before',
      description: `Lists the ${objects} before this one: ${place}. Cannot be combined with \`starting_after\`.`,
      schema: z.string(),
    },
  }) as const satisfies Record<string, Field>;

/** The parameters of a page of segments. */
export const PAGE_OF_SEGMENTS = {
  ...pageParameters('segments', 'the id of a segment'),
  name: { in: 'query', is: 'filter.name.eq', description: 'Lists only segments with exactly this name.' },
  criteria: {
    in: 'query',
    is: 'filter.criteria.eq',
    description: 'Lists only segments with exactly these criteria.',
  },
} as const satisfies Record<string, Field>;

/** The parameters of a part of the log, which is at this place in the resolver's input. */
export const eventParameters = (place: string, types: readonly string[]) =>
  ({
    after: {
      in: 'query',
      is: `${place}after`,
      description:
        'Lists the events after this cursor: `next` of the previous page, or the `Event-Cursor` of a list of segments. Without it, the list starts with the oldest event that is kept.',
    },
    limit: {
      in: 'query',
      is: `${place}first`,
      description:
        'How many events to return at most. The default is 10. A page of large events is shorter: rely on `has_more`.',
    },
    type: {
      in: 'query',
      is: `${place}filter.types`,
      values: types,
      repeats: true,
      description: 'Lists only events of this type. Can be repeated.',
    },
    request_id: {
      in: 'query',
      is: `${place}filter.requestId`,
      description: 'Lists only events of this request.',
    },
  }) as const satisfies Record<string, Field>;

const PRECONDITION = z.string().meta({ examples: ['"3"'] });

/** The precondition of a read of one segment. */
export const KNOWN = {
  in: 'header',
  is: [],
  description:
    'The `ETag` of the segment as you know it. If it still has this version, the answer is 304 without a body.',
  schema: PRECONDITION,
} as const satisfies Field;

/** The preconditions of a change of one segment. */
export const PRECONDITIONS = {
  'If-Match': {
    in: 'header',
    is: 'expectedVersion',
    description:
      'The `ETag` of the segment as you know it. If it has another version by now, nothing is changed and the answer is 412.',
    schema: PRECONDITION,
  },
  'If-None-Match': {
    in: 'header',
    is: 'excludedVersion',
    description: 'Nothing is changed if the segment has this `ETag`.',
    schema: PRECONDITION,
  },
} as const satisfies Record<string, Field>;
