import type { RESOURCES } from '../routes.ts';
import { WebhookMessage, WebhookTestMessage } from '../schemas.ts';
import { referenceTo } from './components.ts';
import type { Json } from './schema-at.ts';

const header = (name: string, description: string, example: string): Json => ({
  name,
  in: 'header',
  description,
  required: true,
  schema: { type: 'string' },
  example,
});

const EXAMPLE = {
  type: 'customer_segment.created',
  timestamp: '2026-11-28T05:25:18.000Z',
  data: {
    id: 'evt_00000000c0VcF6O1ofTkSFZgO',
    type: 'customer_segment.created',
    created_at: 1795843518,
    cursor: '38',
    previous_cursor: '37',
    segment_id: '0VcF6O1ofTkSFZgO',
    version: 1,
    segment: {
      id: '0VcF6O1ofTkSFZgO',
      name: 'High Spend Customers',
      criteria: 'Customers who spend more than $1000 per month',
      description: 'Our best customers',
      created_at: 1795843518,
      updated_at: 1795843518,
    },
    changes: {},
    actor: { kind: 'TOKEN', id: '5f1c2a9e0d3b4788', name: 'backend' },
    request_id: '0b9f2c5e-6a0f-4a34-9d0b-3f1d8f1e7c55',
  },
};

const TEST = {
  type: 'webhook_endpoint.test',
  timestamp: EXAMPLE.timestamp,
  data: { webhook_endpoint_id: 'whe_2Jk7vX0cQm4nTz8bLw1RyE' },
};

const headersWith = (id: string): Json[] => [
  header('webhook-id', 'Id of the event, or of the test. It is the same in every attempt.', id),
  header('webhook-timestamp', 'Time of the attempt, in seconds since 1970.', '1795843519'),
  header(
    'webhook-signature',
    'One or two signatures, separated by a space: `v1,` and the base64 of the HMAC-SHA256 of `{webhook-id}.{webhook-timestamp}.{body}`. There are two for 24 hours after the secret was rotated.',
    'v1,Lkp6nOBaQtQRhud2jLtcHVxm8XTwBpNDNRzBn1gV4HI=',
  ),
  header('user-agent', 'The sender.', 'segments-gateway/0.1.0'),
];

const ACCEPTED = { description: 'The message was accepted. 1,024 bytes of the body are kept.' };

const bodyOf = (description: string, schema: Json, example: object): Json => ({
  description,
  required: true,
  content: { 'application/json': { schema, example } },
});

/** Describes what the gateway sends to webhook endpoints, and what they answer. All types of events are sent in the same way. */
export const webhookMessages = (tag: keyof typeof RESOURCES): Record<string, Json> => ({
  customerSegmentEvent: {
    post: {
      operationId: 'receiveCustomerSegmentEvent',
      tags: [tag],
      summary: 'An event of a segment',
      description:
        'Sent to each webhook endpoint whose `types` include the event, in the order of the log, as [Standard Webhooks](https://www.standardwebhooks.com) specifies. Verify the signature before you read the body. The same event can be sent more than once: ignore a `webhook-id` that you have processed.',
      security: [],
      parameters: headersWith(EXAMPLE.data.id),
      requestBody: bodyOf('The event.', referenceTo(WebhookMessage), EXAMPLE),
      responses: {
        '2XX': ACCEPTED,
        410: { description: 'The endpoint is gone. It is disabled, and nothing more is sent.' },
        default: {
          description:
            'The event was not accepted. It is sent again. If there is a `Retry-After` with a number of seconds or a date that is later than planned, it is sent then. Redirects are not followed.',
        },
      },
    },
  },
  webhookEndpointTest: {
    post: {
      operationId: 'receiveWebhookEndpointTest',
      tags: [tag],
      summary: 'A test',
      description: 'Sent once when a test is requested, whatever `types` the endpoint has.',
      security: [],
      parameters: headersWith('msg_4pQzT0sYw8nLk2XcVb6RdJ'),
      requestBody: bodyOf('The test.', referenceTo(WebhookTestMessage), TEST),
      responses: { '2XX': ACCEPTED, '4XX': { description: 'The test failed.' } },
    },
  },
});
