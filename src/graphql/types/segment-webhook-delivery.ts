import { cursorOf } from '../../events/event.ts';
import { listSegmentWebhookDeliveries } from '../../webhooks/resolvers.ts';
import {
  type Delivery,
  type DeliveryPage,
  type DeliveryStatus,
  MAX_ATTEMPTS,
  MAX_BODY,
} from '../../webhooks/webhook.ts';
import { maxCharacters, maxItems, readsCharacters } from '../limits/field-size.ts';
import { builder } from './builder.ts';
import { CONNECTION, pageArguments } from './connection.ts';
import { PageInfo } from './page-info.ts';
import { CURSOR, MAX_EVENT_ID, SegmentEventType } from './segment-event.ts';
import { SegmentWebhook, SegmentWebhookAttempt } from './segment-webhook.ts';

const SegmentWebhookDeliveryStatus = builder.enumType('SegmentWebhookDeliveryStatus', {
  description: 'Result of the delivery of an event.',
  values: {
    PENDING: { description: 'No attempt has succeeded yet. The next one follows.' },
    DELIVERED: { description: 'The endpoint accepted the event.' },
    FAILED: {
      description: 'All attempts failed, and the event was given up. `replaySegmentWebhook` sends it again.',
    },
  } satisfies Readonly<Record<DeliveryStatus, { description: string }>>,
});

const SegmentWebhookDelivery = builder.objectRef<Delivery>('SegmentWebhookDelivery').implement({
  description: 'The delivery of one event to a webhook endpoint, with its attempts.',
  fields: (t) => ({
    eventId: t.exposeID('eventId', {
      extensions: maxCharacters(MAX_EVENT_ID),
      description: 'Id of the event, which is also the `webhook-id` of each attempt.',
    }),
    cursor: t.string({
      extensions: CURSOR,
      description: 'Cursor of the event in the log of your account.',
      resolve: ({ n }) => cursorOf(n),
    }),
    type: t.expose('type', { type: SegmentEventType, description: 'Type of the event.' }),
    status: t.expose('status', {
      type: SegmentWebhookDeliveryStatus,
      description: 'Result of the delivery.',
    }),
    attempts: t.field({
      type: [SegmentWebhookAttempt],
      extensions: { ...maxItems(MAX_ATTEMPTS), ...readsCharacters(MAX_ATTEMPTS * MAX_BODY) },
      description: `The last attempts, oldest first, up to ${MAX_ATTEMPTS}. A replay adds attempts to the same delivery.`,
      resolve: ({ attempts }) => [...attempts],
    }),
  }),
});

const SegmentWebhookDeliveryEdge = builder.objectRef<Delivery>('SegmentWebhookDeliveryEdge').implement({
  description: 'A delivery and its position in the list.',
  fields: (t) => ({
    node: t.field({
      type: SegmentWebhookDelivery,
      description: 'The delivery.',
      resolve: (delivery) => delivery,
    }),
    cursor: t.string({
      extensions: CURSOR,
      description: 'Position of the delivery, for `after` and `before`. The same as `cursor` of the event.',
      resolve: ({ n }) => cursorOf(n),
    }),
  }),
});

const cursorAt = (delivery: Delivery | undefined) => (delivery ? cursorOf(delivery.n) : null);

const SegmentWebhookDeliveryConnection = builder
  .objectRef<DeliveryPage>('SegmentWebhookDeliveryConnection')
  .implement({
    description: 'A page of the deliveries of a webhook endpoint (a Relay connection).',
    fields: (t) => ({
      edges: t.expose('deliveries', {
        type: [SegmentWebhookDeliveryEdge],
        description: 'The deliveries of this page, each with its cursor.',
      }),
      nodes: t.expose('deliveries', {
        type: [SegmentWebhookDelivery],
        description: 'The deliveries of this page.',
      }),
      pageInfo: t.field({
        type: PageInfo,
        description: 'The position of this page in the list.',
        resolve: ({ deliveries, hasNext, hasPrevious }) => ({
          hasNext,
          hasPrevious,
          startCursor: cursorAt(deliveries.at(0)),
          endCursor: cursorAt(deliveries.at(-1)),
        }),
      }),
    }),
  });

builder.objectField(SegmentWebhook, 'deliveries', (t) =>
  t.field({
    type: SegmentWebhookDeliveryConnection,
    description:
      'The events that were sent to this endpoint, newest event first, with the result of each. Kept as long as events are. Requires the scope `webhooks:manage`.',
    directives: CONNECTION,
    args: {
      ...pageArguments({
        objects: 'deliveries',
        after: ': the `endCursor` of a page, or the id of an event.',
        before: ': the `startCursor` of a page, or the id of an event',
      }),
      status: t.arg({
        type: SegmentWebhookDeliveryStatus,
        description: 'Return only deliveries with this status.',
      }),
    },
    resolve: ({ id }, args, context) => listSegmentWebhookDeliveries({ ...args, webhookId: id }, context),
  }),
);
