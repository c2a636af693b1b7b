import { cursorOf } from '../../events/event.ts';
import { type Attempt, isDelivered } from '../../webhooks/attempt.ts';
import { MAX_BODY, MAX_URL, statusOf, type Webhook, type WebhookStatus } from '../../webhooks/webhook.ts';
import { maxCharacters } from '../limits/field-size.ts';
import { builder } from './builder.ts';
import { CURSOR, SegmentEventType } from './segment-event.ts';
import './date-time.ts';

/** Max characters of texts that only webhooks have. */
const MAX = { id: 26, error: 500 };

export const SegmentWebhookStatus = builder.enumType('SegmentWebhookStatus', {
  description: 'Whether a webhook endpoint receives events.',
  values: {
    ENABLED: { description: 'Events are delivered.' },
    DISABLED: {
      description:
        'Nothing is delivered, because you disabled the endpoint or it answered 410. If it is enabled again, it continues from its `cursor`.',
    },
    FAILING: { description: 'The last attempt failed. It is repeated: see `lastError` and `nextAttemptAt`.' },
  } satisfies Readonly<Record<WebhookStatus, { description: string }>>,
});

const SegmentWebhookOrdering = builder.enumType('SegmentWebhookOrdering', {
  description: 'The order in which events are delivered. Other orders can be added.',
  values: {
    LOG: {
      description:
        'In the order of the event log. An event is sent only after the one before it was delivered or given up.',
    },
  } as const,
});

export const SegmentWebhookAttempt = builder.objectRef<Attempt>('SegmentWebhookAttempt').implement({
  description: 'One request to a webhook endpoint, and its result.',
  fields: (t) => ({
    occurredAt: t.field({
      type: 'DateTime',
      description: 'Time at which the attempt began.',
      resolve: ({ at }) => new Date(at),
    }),
    durationMs: t.exposeInt('ms', { description: 'Duration in milliseconds.' }),
    statusCode: t.exposeInt('status', {
      nullable: true,
      description: 'HTTP status of the response; null if there was none. Only 200 to 299 mean success.',
    }),
    error: t.exposeString('error', {
      nullable: true,
      extensions: maxCharacters(MAX.error),
      description:
        'Why there was no response, for people; null if there was one. In `lastError`, it can also say which events were no longer kept when the endpoint was enabled again.',
    }),
    responseBody: t.exposeString('body', {
      nullable: true,
      extensions: maxCharacters(MAX_BODY),
      description: 'Start of the body of the response, up to 1,024 bytes; null if there was no response.',
    }),
    succeeded: t.boolean({
      description: 'Whether the endpoint accepted the message.',
      resolve: isDelivered,
    }),
  }),
});

const SegmentWebhookReplay = builder
  .objectRef<NonNullable<Webhook['replay']>>('SegmentWebhookReplay')
  .implement({
    description: 'Events that are being delivered again. New events wait until the replay is complete.',
    fields: (t) => ({
      after: t.string({
        extensions: CURSOR,
        description: 'Cursor of the last event that was delivered again, or after which the replay began.',
        resolve: ({ after }) => cursorOf(after),
      }),
      until: t.string({
        extensions: CURSOR,
        description: 'Cursor of the last event to deliver again.',
        resolve: ({ until }) => cursorOf(until),
      }),
    }),
  });

export const SegmentWebhook = builder.objectRef<Webhook>('SegmentWebhook').implement({
  description:
    'A webhook endpoint: a URL to which the events of your account are sent, signed as Standard Webhooks specifies. It reads the event log like any other reader, from its own cursor.',
  fields: (t) => ({
    id: t.exposeID('id', {
      extensions: maxCharacters(MAX.id),
      description: 'Stable identifier, never reused, such as `whe_2Jk7vX0cQm4nTz8bLw1RyE`.',
    }),
    url: t.exposeString('url', {
      extensions: maxCharacters(MAX_URL),
      description: 'URL to which events are sent.',
    }),
    types: t.expose('types', {
      type: [SegmentEventType],
      nullable: true,
      description: 'Types of the events that are sent; null for all, including those that are added later.',
    }),
    status: t.field({
      type: SegmentWebhookStatus,
      description: 'Whether the endpoint receives events.',
      resolve: statusOf,
    }),
    ordering: t.field({
      type: SegmentWebhookOrdering,
      description: 'The order in which events are sent.',
      resolve: () => 'LOG' as const,
    }),
    cursor: t.string({
      extensions: CURSOR,
      description:
        'Cursor of the last event that was delivered, given up, or excluded by `types`. The events after it follow.',
      resolve: ({ cursor }) => cursorOf(cursor),
    }),
    lag: t.int({
      description: 'Number of events in the log after `cursor`, of all types. 0 means up to date.',
      resolve: ({ head, cursor }) => head - cursor,
    }),
    lastError: t.expose('lastError', {
      type: SegmentWebhookAttempt,
      nullable: true,
      description: 'The last attempt that failed, even if later ones succeeded; null if none did.',
    }),
    nextAttemptAt: t.expose('nextAttemptAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time of the next attempt, if the last one failed; otherwise null.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time of creation.' }),
    previousSecretExpiresAt: t.expose('previousSecretUntil', {
      type: 'DateTime',
      nullable: true,
      description:
        'Time until which messages are also signed with the previous secret; null if the secret was not rotated recently.',
    }),
    replay: t.expose('replay', {
      type: SegmentWebhookReplay,
      nullable: true,
      description: 'The replay that is under way; null if there is none.',
    }),
  }),
});
