import type { z } from 'zod';
import { cursorOf } from '../events/event.ts';
import type { Attempt } from '../webhooks/attempt.ts';
import {
  type Delivery,
  type DeliveryPage,
  statusOf,
  type Webhook,
  type WithSecret,
} from '../webhooks/webhook.ts';
import { TYPE_NAMES } from './event-types.ts';
import { seconds } from './representation.ts';
import type * as schemas from './schemas.ts';
import { DELIVERY_STATUS_NAMES, STATUS_NAMES } from './webhook-statuses.ts';

/** An attempt as documented. */
export const representAttempt = ({
  at,
  ms,
  status,
  error,
  body,
}: Attempt): z.output<typeof schemas.WebhookAttempt> => ({
  occurred_at: seconds(new Date(at)),
  duration_ms: ms,
  status_code: status,
  error,
  response_body: body,
});

/** A webhook endpoint as documented, with its properties in the documented order. */
export const representWebhook = (webhook: Webhook): z.output<typeof schemas.WebhookEndpoint> => {
  const { id, url, types, cursor, head, lastError, nextAttemptAt, previousSecretUntil, replay } = webhook;
  return {
    id,
    url,
    types: types?.map((type) => TYPE_NAMES[type]) ?? null,
    status: STATUS_NAMES[statusOf(webhook)],
    ordering: 'log',
    cursor: cursorOf(cursor),
    lag: head - cursor,
    last_error: lastError && representAttempt(lastError),
    next_attempt_at: nextAttemptAt && seconds(nextAttemptAt),
    created_at: seconds(webhook.createdAt),
    previous_secret_expires_at: previousSecretUntil && seconds(previousSecretUntil),
    replay: replay && { after: cursorOf(replay.after), until: cursorOf(replay.until) },
  };
};

/** A webhook endpoint with its new secret as documented. */
export const representWithSecret = ({
  webhook,
  secret,
}: WithSecret): z.output<typeof schemas.WebhookEndpointWithSecret> => ({
  ...representWebhook(webhook),
  secret,
});

/** All webhook endpoints of an account as documented. There are so few that they fit on one page. */
export const representWebhooks = (
  webhooks: readonly Webhook[],
): z.output<typeof schemas.WebhookEndpointList> => ({
  has_more: false,
  data: webhooks.map(representWebhook),
});

/** A page of deliveries as documented. */
export const representDeliveries = (
  { deliveries }: DeliveryPage,
  hasMore: boolean,
): z.output<typeof schemas.WebhookDeliveryList> => ({
  has_more: hasMore,
  data: deliveries.map(representDelivery),
});

const representDelivery = ({
  n,
  eventId,
  type,
  status,
  attempts,
}: Delivery): z.output<typeof schemas.WebhookDelivery> => ({
  event_id: eventId,
  cursor: cursorOf(n),
  type: TYPE_NAMES[type],
  status: DELIVERY_STATUS_NAMES[status],
  attempts: attempts.map(representAttempt),
});
