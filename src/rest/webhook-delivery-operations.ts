import * as resolvers from '../webhooks/resolvers.ts';
import { pageParameters, WEBHOOK_ID } from './fields.ts';
import { operation, type Resource } from './operation.ts';
import * as schemas from './schemas.ts';
import { DELIVERY_STATUS_NAMES } from './webhook-statuses.ts';
import { listDeliveries, replay, rotate, test, WEBHOOKS } from './webhooks.ts';

/** The documented operations on what an endpoint receives, and with which secret. */
export const webhookDeliveries: Resource = {
  [`${WEBHOOKS}/:id/test`]: {
    POST: operation({
      documentation: {
        name: 'testWebhookEndpoint',
        summary: 'Send a test message',
        description:
          'Sends a test message, even to an endpoint that is disabled, and waits up to 15 seconds for the response. Its type is `webhook_endpoint.test`, and it is not in the log.',
        answers: 'The result of the attempt, even if it failed.',
        body: schemas.WebhookAttempt,
        refuses: ['NOT_FOUND'],
      },
      resolver: resolvers.testSegmentWebhook,
      fields: { id: WEBHOOK_ID },
      status: 200,
      handle: test,
    }),
  },
  [`${WEBHOOKS}/:id/rotate-secret`]: {
    POST: operation({
      documentation: {
        name: 'rotateWebhookSecret',
        summary: 'Rotate the secret',
        description:
          'Replaces the secret. For 24 hours, messages are signed with both. A second rotation within that time ends the oldest secret.',
        answers: 'The endpoint, with its new secret, which is not shown again.',
        body: schemas.WebhookEndpointWithSecret,
        refuses: ['NOT_FOUND'],
      },
      resolver: resolvers.rotateSegmentWebhookSecret,
      fields: { id: WEBHOOK_ID },
      status: 200,
      handle: rotate,
    }),
  },
  [`${WEBHOOKS}/:id/replay`]: {
    POST: operation({
      documentation: {
        name: 'replayWebhookEndpoint',
        summary: 'Deliver events again',
        description:
          'Delivers the events after one cursor, up to another, again, with the same `webhook-id`. New events wait until the replay is complete. It replaces a replay that is under way.',
        answers: 'The endpoint, with the replay.',
        body: schemas.WebhookEndpoint,
        refuses: ['NOT_FOUND', 'CURSOR_EXPIRED'],
      },
      resolver: resolvers.replaySegmentWebhook,
      fields: {
        id: WEBHOOK_ID,
        after: {
          in: 'body',
          description: 'Cursor after which the replay begins. `0` is before the first event of your account.',
        },
        until: {
          in: 'body',
          description:
            'Cursor of the last event to deliver again. Without it, that is the cursor of the endpoint, beyond which no event is delivered again.',
        },
      },
      status: 200,
      handle: replay,
    }),
  },
  [`${WEBHOOKS}/:id/deliveries`]: {
    GET: operation({
      documentation: {
        name: 'listWebhookDeliveries',
        summary: 'List deliveries',
        description:
          'Lists the events that were sent to an endpoint, newest event first, with their attempts. They are kept as long as events are.',
        answers: 'A page of deliveries.',
        body: schemas.WebhookDeliveryList,
        refuses: ['NOT_FOUND'],
      },
      resolver: resolvers.listSegmentWebhookDeliveries,
      fields: {
        id: { ...WEBHOOK_ID, is: 'webhookId' },
        ...pageParameters('deliveries', 'that of the event with this id'),
        status: {
          in: 'query',
          values: Object.values(DELIVERY_STATUS_NAMES),
          description: 'Lists only deliveries with this status.',
        },
      },
      status: 200,
      handle: listDeliveries,
    }),
  },
};
