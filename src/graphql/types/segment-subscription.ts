import { followEvents } from '../../events/resolvers.ts';
import { singly } from '../../events/singly.ts';
import { CHOOSES_EVENTS } from '../planner/result-variables.ts';
import { builder } from './builder.ts';
import { CURSOR, SegmentEvent, SegmentEventType } from './segment-event.ts';

builder.subscriptionType({
  description:
    'Live changes, over Server-Sent Events or WebSocket. Every field needs a token with the scope `segments:read`.',
});

builder.subscriptionField('segmentEvents', (t) =>
  t.field({
    type: SegmentEvent,
    extensions: CHOOSES_EVENTS,
    description:
      'Every change to the segments of your account, in order and each once per connection. To resume after a disconnection, pass the `cursor` of the last event that you processed as `after`.',
    args: {
      after: t.arg.string({
        extensions: CURSOR,
        description:
          'Start after this cursor: the `cursor` of an event, or the `headCursor` of a list. Starts with the next change if omitted.',
      }),
      types: t.arg({
        type: [SegmentEventType],
        description: 'Return only events of these types. Returns all if omitted.',
      }),
    },
    subscribe: async (_, args, context) => singly(await followEvents(args, context)),
    resolve: (event) => event,
  }),
);
