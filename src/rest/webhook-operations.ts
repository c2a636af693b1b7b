import { z } from 'zod';
import { EVENT_TYPES } from '../events/event.ts';
import * as resolvers from '../webhooks/resolvers.ts';
import { EVENT_TYPE_NAMES } from './event-types.ts';
import { WEBHOOK_ID } from './fields.ts';
import { type Field, operation, type Resource } from './operation.ts';
import * as schemas from './schemas.ts';
import { STATUS_NAMES } from './webhook-statuses.ts';
import { create, list, remove, retrieve, update, WEBHOOKS } from './webhooks.ts';

const url = {
  in: 'body',
  description:
    'URL to which events are sent. It begins with `https://`, has no credentials and no fragment, and leads to a public address. An account can have each URL once.',
} as const satisfies Field;
const types = {
  in: 'body',
  values: EVENT_TYPE_NAMES,
  repeats: true,
  schema: z.array(z.enum(EVENT_TYPE_NAMES)).min(1).max(EVENT_TYPES.length).nullable(),
  description:
    'Types of the events to send. Null means all, including those that are added later; so does omitting it at the creation. In a form, it is repeated.',
} as const satisfies Field;

/** The documented operations on webhook endpoints. */
export const webhookEndpoints: Resource = {
  [WEBHOOKS]: {
    GET: operation({
      documentation: {
        name: 'listWebhookEndpoints',
        summary: 'List webhook endpoints',
        description: 'Lists all webhook endpoints of your account, oldest first.',
        answers: 'The endpoints.',
        body: schemas.WebhookEndpointList,
      },
      resolver: resolvers.listSegmentWebhooks,
      fields: {},
      status: 200,
      handle: list,
    }),
    POST: operation({
      documentation: {
        name: 'createWebhookEndpoint',
        summary: 'Create a webhook endpoint',
        description:
          'The endpoint gets every event of its types that is committed from now on. If your token also has the scope `members:read`, it gets the customers of changes of members, too.',
        answers: 'The endpoint, with its secret, which is not shown again.',
        body: schemas.WebhookEndpointWithSecret,
        headers: ['Location'],
        refuses: ['QUOTA_EXCEEDED'],
      },
      resolver: resolvers.createSegmentWebhook,
      fields: { url, types },
      status: 201,
      handle: create,
    }),
  },
  [`${WEBHOOKS}/:id`]: {
    GET: operation({
      documentation: {
        name: 'getWebhookEndpoint',
        summary: 'Retrieve a webhook endpoint',
        answers: 'The endpoint.',
        body: schemas.WebhookEndpoint,
        refuses: ['NOT_FOUND'],
      },
      resolver: resolvers.getSegmentWebhook,
      fields: { id: WEBHOOK_ID },
      status: 200,
      handle: retrieve,
    }),
    PATCH: operation({
      documentation: {
        name: 'updateWebhookEndpoint',
        summary: 'Update a webhook endpoint',
        description: 'Changes the properties that are sent, at least one. The others stay as they are.',
        answers: 'The endpoint after the change.',
        body: schemas.WebhookEndpoint,
        refuses: ['NOT_FOUND'],
      },
      resolver: resolvers.updateSegmentWebhook,
      fields: {
        id: WEBHOOK_ID,
        url,
        types,
        status: {
          in: 'body',
          values: [STATUS_NAMES.ENABLED, STATUS_NAMES.DISABLED],
          description:
            '`disabled` stops deliveries. `enabled` continues them after the cursor of the endpoint, and retries immediately.',
        },
      },
      status: 200,
      handle: update,
    }),
    DELETE: operation({
      documentation: {
        name: 'deleteWebhookEndpoint',
        summary: 'Delete a webhook endpoint',
        answers: 'The endpoint is deleted.',
        refuses: ['NOT_FOUND'],
      },
      resolver: resolvers.deleteSegmentWebhook,
      fields: { id: WEBHOOK_ID },
      status: 204,
      handle: remove,
    }),
  },
};
