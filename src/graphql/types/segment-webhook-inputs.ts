import { EVENT_TYPES } from '../../events/event.ts';
import { MAX_URL } from '../../webhooks/webhook.ts';
import { builder } from './builder.ts';
import { SegmentEventType } from './segment-event.ts';
import { SegmentWebhookStatus } from './segment-webhook.ts';

const URL = `begins with \`https://\`, has up to ${MAX_URL.toLocaleString('en')} characters, no credentials and no fragment, and leads to a public address`;
const TYPES = `1 to ${EVENT_TYPES.length} types`;
const ID = 'Id of the webhook endpoint.';

export const CreateSegmentWebhookInput = builder.inputType('CreateSegmentWebhookInput', {
  description: 'A webhook endpoint to create.',
  fields: (t) => ({
    url: t.string({
      required: true,
      description: `URL to which events are sent. It ${URL}. An account can have each URL once.`,
    }),
    types: t.field({
      type: [SegmentEventType],
      description: `Types of the events to send: ${TYPES}. Omitted or null means all, including those that are added later.`,
    }),
  }),
});

export const UpdateSegmentWebhookInput = builder.inputType('UpdateSegmentWebhookInput', {
  description:
    'A change of a webhook endpoint. Omitted fields keep their values. At least one must be given.',
  fields: (t) => ({
    id: t.id({ required: true, description: ID }),
    url: t.string({ description: `The new URL. It ${URL}. Cannot be null.` }),
    types: t.field({
      type: [SegmentEventType],
      description: `Types of the events to send: ${TYPES}, or null for all. A change applies to the events after the one that is being sent.`,
    }),
    status: t.field({
      type: SegmentWebhookStatus,
      description:
        '`DISABLED` stops deliveries. `ENABLED` continues them from the cursor of the endpoint, and retries immediately. Cannot be `FAILING` or null.',
    }),
  }),
});

export const ReplaySegmentWebhookInput = builder.inputType('ReplaySegmentWebhookInput', {
  description: 'The events to deliver again.',
  fields: (t) => ({
    id: t.id({ required: true, description: ID }),
    after: t.string({
      required: true,
      description: 'Cursor after which the replay begins. `0` is before the first event of your account.',
    }),
    until: t.string({
      description:
        'Cursor of the last event to deliver again. Defaults to the cursor of the endpoint, beyond which no event is delivered again.',
    }),
  }),
});

/** The input of a mutation that needs nothing but an endpoint. */
const oneOf = (name: string, description: string) =>
  builder.inputType(name, {
    description,
    fields: (t) => ({ id: t.id({ required: true, description: ID }) }),
  });

export const DeleteSegmentWebhookInput = oneOf('DeleteSegmentWebhookInput', 'A webhook endpoint to delete.');
export const RotateSegmentWebhookSecretInput = oneOf(
  'RotateSegmentWebhookSecretInput',
  'A webhook endpoint that gets a new secret.',
);
export const TestSegmentWebhookInput = oneOf('TestSegmentWebhookInput', 'A webhook endpoint to test.');
