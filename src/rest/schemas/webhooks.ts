import { z } from 'zod';
import { MAX_WEBHOOKS } from '../../webhooks/webhook.ts';
import { EVENT_TYPE_NAMES } from '../event-types.ts';
import { DELIVERY_STATUS_NAMES, STATUS_NAMES } from '../webhook-statuses.ts';
import { Event } from './events.ts';
import { cursor, hasMore, seconds } from './properties.ts';

const type = z.enum(EVENT_TYPE_NAMES).meta({ description: 'What happened.' });

export const WebhookAttempt = z
  .object({
    occurred_at: seconds('Time at which the attempt began'),
    duration_ms: z.int().meta({ description: 'Duration in milliseconds.', examples: [120] }),
    status_code: z
      .int()
      .nullable()
      .meta({
        description: 'Status of the response, null if there was none. Only 200 to 299 mean success.',
        examples: [500],
      }),
    error: z.string().nullable().meta({
      description:
        'Why there was no response, for people. Null if there was one. In `last_error`, it can also say which events were no longer kept when the endpoint was enabled again.',
    }),
    response_body: z.string().nullable().meta({
      description: 'Start of the body of the response, up to 1,024 bytes. Null if there was no response.',
    }),
  })
  .meta({ description: 'One request to a webhook endpoint, and its result.' });

const secondsOrNull = (what: string) =>
  z
    .int()
    .nullable()
    .meta({ description: `${what}, in seconds since 1970; otherwise null.`, examples: [1795843518] });

const Replay = z.object({
  after: cursor('Cursor of the last event that was delivered again, or after which the replay began.'),
  until: cursor('Cursor of the last event to deliver again.'),
});

export const WebhookEndpoint = z
  .object({
    id: z.string().meta({ description: 'Id of the endpoint.', examples: ['whe_2Jk7vX0cQm4nTz8bLw1RyE'] }),
    url: z
      .string()
      .meta({ description: 'URL to which events are sent.', examples: ['https://example.com/webhooks'] }),
    types: z.array(type).nullable().meta({
      description: 'Types of the events that are sent. Null for all, including those that are added later.',
    }),
    status: z.enum(Object.values(STATUS_NAMES)).meta({
      description:
        'Whether the endpoint receives events. `failing`: the last attempt failed and is repeated. `disabled`: you disabled the endpoint, or it answered 410.',
    }),
    ordering: z.literal('log').meta({
      description:
        'The order in which events are sent: that of the event log. An event is sent only after the one before it was delivered or given up.',
    }),
    cursor: cursor(
      'Cursor of the last event that was delivered, given up, or excluded by `types`. The events after it follow.',
    ),
    lag: z.int().meta({
      description: 'Number of events in the log after `cursor`, of all types. 0 means up to date.',
      examples: [0],
    }),
    last_error: WebhookAttempt.nullable().meta({
      description: 'The last attempt that failed, even if later ones succeeded. Null if none did.',
    }),
    next_attempt_at: secondsOrNull('Time of the next attempt, if the last one failed'),
    created_at: seconds('Time of creation'),
    previous_secret_expires_at: secondsOrNull(
      'Time until which messages are also signed with the previous secret, after a rotation',
    ),
    replay: Replay.nullable().meta({
      description:
        'The events that are being delivered again. New events wait until the replay is complete. Null if there is none.',
    }),
  })
  .meta({ description: 'A URL to which the events of your account are sent.' });

export const WebhookEndpointWithSecret = WebhookEndpoint.extend({
  secret: z.string().meta({
    description: 'The secret with which messages are signed. It is not shown again.',
    examples: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo='],
  }),
}).meta({ description: 'A webhook endpoint with its new secret.' });

export const WebhookEndpointList = z
  .object({
    has_more: hasMore,
    data: z.array(WebhookEndpoint).meta({ description: `All endpoints, at most ${MAX_WEBHOOKS}.` }),
  })
  .meta({ description: 'The webhook endpoints of the account.' });

export const WebhookDelivery = z
  .object({
    event_id: z.string().meta({
      description: 'Id of the event, which is also the `webhook-id` of each attempt.',
      examples: ['evt_00000000c0VcF6O1ofTkSFZgO'],
    }),
    cursor: cursor("Place of the event in the account's log."),
    type,
    status: z.enum(Object.values(DELIVERY_STATUS_NAMES)).meta({
      description:
        '`pending`: no attempt has succeeded yet, and the next one follows. `failed`: all attempts failed, and the event was given up.',
    }),
    attempts: z.array(WebhookAttempt).meta({
      description:
        'The last 20 attempts, oldest first. A replay adds attempts to the delivery of the same event.',
    }),
  })
  .meta({ description: 'The delivery of one event to a webhook endpoint.' });

export const WebhookDeliveryList = z
  .object({
    has_more: hasMore,
    data: z.array(WebhookDelivery).meta({ description: 'The deliveries.' }),
  })
  .meta({ description: 'A page of deliveries, newest event first.' });

const timestamp = z.string().meta({
  description: 'Time of the change or of the test.',
  format: 'date-time',
  examples: ['2026-11-28T05:25:18.000Z'],
});

export const WebhookMessage = z
  .object({
    type,
    timestamp,
    data: Event.meta({ description: 'The event, as `GET /v1/events/{id}` returns it.' }),
  })
  .meta({ description: 'What is sent to a webhook endpoint for an event.' });

export const WebhookTestMessage = z
  .object({
    type: z.literal('webhook_endpoint.test').meta({ description: 'A test.' }),
    timestamp,
    data: z
      .object({ webhook_endpoint_id: z.string().meta({ description: 'Id of the endpoint.' }) })
      .meta({ description: 'What was tested.' }),
  })
  .meta({ description: 'What is sent to a webhook endpoint as a test.' });
