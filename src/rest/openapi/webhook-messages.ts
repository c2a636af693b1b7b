import type { RESOURCES } from '../routes.ts';
import { WebhookMessage } from '../schemas.ts';
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
    actor: { kind: 'TOKEN', id: '5f1c2a', name: 'backend' },
    request_id: '0b9f2c5e-6a0f-4a34-9d0b-3f1d8f1e7c55',
  },
};

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
      parameters: [
        header('webhook-id', 'Id of the event. It is the same in every attempt.', EXAMPLE.data.id),
        header('webhook-timestamp', 'Time of the attempt, in seconds since 1970.', '1795843519'),
        header(
          'webhook-signature',
          'One or two signatures, separated by a space: `v1,` and the base64 of the HMAC-SHA256 of `{webhook-id}.{webhook-timestamp}.{body}`. There are two for 24 hours after the secret was rotated.',
          'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
        ),
        header('user-agent', 'The sender.', 'segments-gateway/0.1.0'),
      ],
      requestBody: {
        description: 'The event.',
        required: true,
        content: { 'application/json': { schema: referenceTo(WebhookMessage), example: EXAMPLE } },
      },
      responses: {
        '2XX': { description: 'The event was accepted. The body is not read beyond 1 KB.' },
        410: { description: 'The endpoint is gone. It is disabled, and nothing more is sent.' },
        default: {
          description:
            'The event was not accepted. It is sent again, after the number of seconds or at the date in `Retry-After`, if that is later than planned. Redirects are not followed.',
        },
      },
    },
  },
});
