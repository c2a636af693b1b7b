import { WebhookNotFound, WebhookQuotaExceeded } from '../../errors/refusals.ts';
import type { Attempt } from '../../webhooks/attempt.ts';
import type { Webhook, WithSecret } from '../../webhooks/webhook.ts';
import { maxCharacters } from '../limits/field-size.ts';
import { builder } from './builder.ts';
import { SegmentError } from './segment-error.ts';
import { SegmentWebhook, SegmentWebhookAttempt } from './segment-webhook.ts';

builder.objectType(WebhookNotFound, {
  name: 'SegmentWebhookNotFound',
  description: 'Your account has no webhook endpoint with this id.',
  interfaces: [SegmentError],
});

builder.objectType(WebhookQuotaExceeded, {
  name: 'SegmentWebhookQuotaExceeded',
  description: 'The account has reached its maximum number of webhook endpoints. Nothing was created.',
  interfaces: [SegmentError],
  fields: (t) => ({
    limit: t.exposeInt('limit', { description: 'Maximum number of webhook endpoints of the account.' }),
  }),
});

/** The payload of a mutation of a webhook endpoint. */
const payloadOf = (name: string, description: string, shown: string) =>
  builder.objectRef<Webhook>(name).implement({
    description,
    fields: (t) => ({
      webhook: t.field({ type: SegmentWebhook, description: shown, resolve: (webhook) => webhook }),
    }),
  });

/** The payload of a mutation that makes a secret. No other field of the schema returns a secret. */
const secretPayloadOf = (name: string, description: string, shown: string) =>
  builder.objectRef<WithSecret>(name).implement({
    description,
    fields: (t) => ({
      webhook: t.expose('webhook', { type: SegmentWebhook, description: shown }),
      secret: t.exposeString('secret', {
        extensions: maxCharacters(50),
        description:
          'The secret with which messages are signed, such as `whsec_…`. It is not shown again: store it where your receiver can read it.',
      }),
    }),
  });

export const CreateSegmentWebhookPayload = secretPayloadOf(
  'CreateSegmentWebhookPayload',
  'The webhook endpoint was created.',
  'The new endpoint.',
);
export const RotateSegmentWebhookSecretPayload = secretPayloadOf(
  'RotateSegmentWebhookSecretPayload',
  'The webhook endpoint has a new secret. The previous one signs as well, for 24 hours.',
  'The endpoint.',
);
export const UpdateSegmentWebhookPayload = payloadOf(
  'UpdateSegmentWebhookPayload',
  'The webhook endpoint was changed.',
  'The endpoint after the change.',
);
export const DeleteSegmentWebhookPayload = payloadOf(
  'DeleteSegmentWebhookPayload',
  'The webhook endpoint was deleted.',
  'The endpoint as it was before the deletion.',
);
export const ReplaySegmentWebhookPayload = payloadOf(
  'ReplaySegmentWebhookPayload',
  'The events will be delivered again.',
  'The endpoint, with the replay.',
);

export const TestSegmentWebhookPayload = builder.objectRef<Attempt>('TestSegmentWebhookPayload').implement({
  description: 'A test message was sent. `attempt` is the result.',
  fields: (t) => ({
    attempt: t.field({
      type: SegmentWebhookAttempt,
      description: 'The request and its result.',
      resolve: (attempt) => attempt,
    }),
  }),
});
