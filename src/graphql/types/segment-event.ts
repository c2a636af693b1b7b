import { cursorOf, type Event, type EventType, eventIdOf } from '../../events/event.ts';
import { MAX_IDS } from '../../members/member.ts';
import { shownCustomerIds } from '../../members/member-event.ts';
import { WRITABLE } from '../../segments/segment.ts';
import { changesOf, MAX_CHARACTERS, snapshotOf } from '../../segments/segment-event.ts';
import { MAX_CUSTOMER_ID } from '../../values/customer-id.ts';
import { maxCharacters, maxItems, readsCharacters } from '../limits/field-size.ts';
import { builder } from './builder.ts';
import { SegmentChange, SegmentSnapshot } from './segment-snapshot.ts';
import './date-time.ts';

type Described<Value extends string> = Readonly<Record<Value, { description: string }>>;

/** The extension of a cursor: a number of at most 15 digits. */
export const CURSOR = maxCharacters(15);

/** Max characters of the id of an event. */
export const MAX_EVENT_ID = 29;

/** Max characters of the other ids that an event has. */
const MAX = { segmentId: 16, requestId: 64, actor: 255 };

export const SegmentEventType = builder.enumType('SegmentEventType', {
  description: 'What happened to a segment. Other types can be added.',
  values: {
    SEGMENT_CREATED: { description: 'The segment was created.' },
    SEGMENT_UPDATED: { description: 'Properties of the segment were changed.' },
    SEGMENT_DELETED: { description: 'The segment was deleted permanently.' },
    SEGMENT_MEMBERS_ADDED: { description: 'Customers became members of the segment. See `customerIds`.' },
    SEGMENT_MEMBERS_REMOVED: {
      description: 'Customers are no longer members of the segment. See `customerIds`.',
    },
  } satisfies Described<EventType>,
});

const SegmentEventActorKind = builder.enumType('SegmentEventActorKind', {
  description: 'How the caller that changed a segment was identified. Other kinds can be added.',
  values: {
    TOKEN: { description: 'By an API token of this gateway.' },
    JWT: { description: 'By a JWT of the configured issuer.' },
    ROUTER: { description: 'By a router, which vouched for the account.' },
    DATABASE: { description: 'Not at all: the change was made directly in the database.' },
  } satisfies Described<Event['actor']['kind']>,
});

const SegmentEventActor = builder.objectRef<Event['actor']>('SegmentEventActor').implement({
  description: 'Who changed a segment.',
  fields: (t) => ({
    kind: t.expose('kind', { type: SegmentEventActorKind, description: 'How the caller was identified.' }),
    id: t.exposeID('id', {
      nullable: true,
      extensions: maxCharacters(MAX.actor),
      description:
        'For `TOKEN`, the id that `segments token list` shows; for `JWT`, the subject (`sub`), if it has one; otherwise null.',
    }),
    name: t.exposeString('name', {
      nullable: true,
      extensions: maxCharacters(MAX.actor),
      description: 'For `TOKEN`, the name of the token at the time of the change; otherwise null.',
    }),
  }),
});

export const SegmentEvent = builder.objectRef<Event>('SegmentEvent').implement({
  description:
    'A change of a segment, as recorded in the event log of your account. Events never change, except that a deletion removes the contents of all events of its segment.',
  fields: (t) => ({
    id: t.id({
      extensions: maxCharacters(MAX_EVENT_ID),
      description: 'Stable identifier, never reused, such as `evt_00000001B0VcF6O1ofTkSFZgO`.',
      resolve: eventIdOf,
    }),
    cursor: t.string({
      extensions: CURSOR,
      description: 'Position in the log of your account. Pass it as `after` to continue after this event.',
      resolve: ({ n }) => cursorOf(n),
    }),
    previousCursor: t.string({
      extensions: CURSOR,
      description:
        'Cursor of the event that directly precedes this one in the log of your account; `0` for the first event. If you read the whole log and this is not the last cursor that you saw, you missed events: continue from the cursor that you saw.',
      resolve: ({ n }) => cursorOf(n - 1),
    }),
    type: t.expose('type', { type: SegmentEventType, description: 'What happened.' }),
    occurredAt: t.expose('occurredAt', {
      type: 'DateTime',
      description:
        'Time of the change. To order events, use `cursor`: several events can have the same time.',
    }),
    segmentId: t.exposeID('segmentId', {
      extensions: maxCharacters(MAX.segmentId),
      description: 'Id of the segment, also after it is deleted.',
    }),
    version: t.exposeInt('version', {
      description:
        'Version of the segment after the change. A deletion has the version after the last one. Ignore an event whose version you have already seen.',
    }),
    segment: t.field({
      type: SegmentSnapshot,
      nullable: true,
      extensions: readsCharacters(MAX_CHARACTERS),
      description: 'The segment as it was after the change; null once the segment is deleted.',
      resolve: snapshotOf,
    }),
    changes: t.field({
      type: [SegmentChange],
      extensions: { ...maxItems(WRITABLE.length), ...readsCharacters(2 * MAX_CHARACTERS) },
      description:
        'The properties that an update changed. Empty for other events, and once the segment is deleted.',
      resolve: changesOf,
    }),
    customerIds: t.idList({
      nullable: true,
      extensions: {
        ...maxCharacters(MAX_CUSTOMER_ID),
        ...maxItems(MAX_IDS),
        ...readsCharacters(MAX_IDS * MAX_CUSTOMER_ID),
      },
      description:
        'The customers who became members or ceased to be members, up to 1,000. Null for other events, for callers without the scope `members:read`, and once the segment is deleted.',
      resolve: (event, _, context) => shownCustomerIds(event, context),
    }),
    actor: t.expose('actor', { type: SegmentEventActor, description: 'Who made the change.' }),
    requestId: t.exposeString('requestId', {
      extensions: maxCharacters(MAX.requestId),
      description:
        'Id of the request that made the change: its `X-Request-Id`. If you do not know whether a request was carried out, look for its id with `filter: { requestId }`.',
    }),
  }),
});
