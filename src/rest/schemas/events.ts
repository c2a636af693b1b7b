import { z } from 'zod';
import { WRITABLE } from '../../segments/segment.ts';
import { EVENT_TYPE_NAMES } from '../event-types.ts';
import { cursor, customerId, hasMore, requestId, seconds, segmentId } from './properties.ts';
import { CustomerSegment } from './segments.ts';

const value = (when: string) =>
  z
    .string()
    .nullable()
    .meta({ description: `The value ${when} the change.` });
const Change = z.object({ before: value('before'), after: value('after') });

export const Event = z
  .object({
    id: z.string().meta({ description: 'Id of the event.', examples: ['evt_00000000c0VcF6O1ofTkSFZgO'] }),
    type: z.enum(EVENT_TYPE_NAMES).meta({ description: 'What happened.' }),
    created_at: seconds('Time of the change'),
    cursor: cursor("Place of the event in the account's log."),
    previous_cursor: cursor(
      'Cursor of the event before it, `0` for the first. If you read the log without a filter and have not seen that event, you missed some.',
    ),
    segment_id: segmentId,
    version: z.int().meta({ description: 'Version of the segment after the change.', examples: [2] }),
    segment: CustomerSegment.nullable().meta({
      description: 'The segment after the change. Null in all events of a segment that was deleted.',
    }),
    changes: z
      .partialRecord(z.enum(WRITABLE), Change)
      .meta({ description: 'The properties that an update changed, each with its value before and after.' }),
    customer_ids: z.array(customerId).optional().meta({
      description:
        'The customers of a change of members, up to 1,000. Omitted for other events, for callers without the scope `members:read`, and once the segment was deleted.',
    }),
    actor: z
      .object({
        kind: z.enum(['TOKEN', 'JWT', 'ROUTER', 'DATABASE']).meta({
          description:
            'The kind of caller. `DATABASE` means that the change was made in the database directly.',
        }),
        id: z.string().nullable().meta({ description: 'Id of the token, or subject of the JWT.' }),
        name: z.string().nullable().meta({ description: 'Name of the token.' }),
      })
      .meta({
        description: 'Who made the change.',
      }),
    request_id: requestId,
  })
  .meta({ description: 'A change of a segment.' });

export const EventList = z
  .object({
    has_more: hasMore,
    data: z.array(Event).meta({ description: 'The events.' }),
    next: cursor(
      'The cursor to continue from: pass it as `after`. It moves on even if no event matches the filter.',
    ),
  })
  .meta({ description: 'A part of the event log, oldest first.' });
