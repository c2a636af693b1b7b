import { z } from 'zod';
import type { Field } from './operation.ts';

/* The documented fields that several operations have. */

/** The id of the segment in a path. */
export const SEGMENT_ID = { in: 'path', description: 'Id of the segment.' } as const satisfies Field;

/** The id of the webhook endpoint in a path. */
export const WEBHOOK_ID = { in: 'path', description: 'Id of the webhook endpoint.' } as const satisfies Field;

/** The paging parameters of a list. `identified` says which object a page starts or ends at, such as "the segment with this id". */
export const pageParameters = (objects: string, identified: string) =>
  ({
    limit: {
      in: 'query',
      is: ['first', 'last'],
      description: `How many ${objects} to return. The default is 10.`,
    },
    starting_after: {
      in: 'query',
      is: 'after',
      description: `Lists the ${objects} that follow ${identified}. To get the next page, pass the last one of the current page.`,
      schema: z.string(),
    },
    ending_before: {
      in: 'query',
      is: 'before',
      description: `Lists the ${objects} that precede ${identified}. Cannot be combined with \`starting_after\`.`,
      schema: z.string(),
    },
  }) as const satisfies Record<string, Field>;

/** The filters of segments that every list of them has. */
const OF_SEGMENTS = {
  name: {
    in: 'query',
    is: 'filter.name.eq',
    description: 'Lists only the segments that have exactly this name.',
  },
  criteria: {
    in: 'query',
    is: 'filter.criteria.eq',
    description: 'Lists only the segments whose criteria are exactly this text.',
  },
} as const satisfies Record<string, Field>;

/** The filters of the segments of an account. */
export const FILTERS = {
  ...OF_SEGMENTS,
  member: {
    in: 'query',
    is: 'filter.member',
    description:
      'Lists only segments of which this customer is a member. Requires the scope `members:read` as well.',
  },
} as const satisfies Record<string, Field>;

/** The parameters of a page of segments. */
export const PAGE_OF_SEGMENTS = {
  ...pageParameters('segments', 'the segment with this id'),
  ...OF_SEGMENTS,
} as const satisfies Record<string, Field>;

/** The parameters that select events. `prefix` precedes their names in the resolver's input. */
export const eventParameters = (prefix: string, types: readonly string[]) =>
  ({
    after: {
      in: 'query',
      is: `${prefix}after`,
      description:
        'Lists the events after this cursor: `next` of the previous page, or the `Event-Cursor` of a list of segments. Without it, the list starts with the oldest event that is kept.',
    },
    limit: {
      in: 'query',
      is: `${prefix}first`,
      description:
        'How many events to return at most. The default is 10. A page of large events is shorter: rely on `has_more`.',
    },
    type: {
      in: 'query',
      is: `${prefix}filter.types`,
      values: types,
      repeats: true,
      description: 'Lists only events of this type. Can be repeated.',
    },
    request_id: {
      in: 'query',
      is: `${prefix}filter.requestId`,
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
