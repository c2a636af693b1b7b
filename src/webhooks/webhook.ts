import { z } from 'zod';
import { quoted } from '../errors/quoted.ts';
import { EVENT_TYPES, type EventType, placeOf } from '../events/event.ts';
import { extentOf, pageSize } from '../values/page-size.ts';
import { readPlace } from '../values/placed-page.ts';
import { aString } from '../values/text.ts';
import type { Attempt } from './attempt.ts';
import { placeIn } from './delivery-window.ts';

/** The max length of a URL. */
export const MAX_URL = 2_048;
/** Max webhook endpoints of an account. */
export const MAX_WEBHOOKS = 100;
/** How long the previous secret signs after a rotation. */
export const OVERLAP_HOURS = 24;
/** Max attempts that are kept of a delivery. */
export const MAX_ATTEMPTS = 20;
/** Max bytes that are kept of the body of an answer. */
export const MAX_BODY = 1_024;

/** A webhook endpoint of an account: a consumer of its event log. It never contains its secrets. */
export interface Webhook {
  /** `whe_` and 22 characters in base 62. */
  id: string;
  url: string;
  /** The types of the events that are delivered; null for all. */
  types: readonly EventType[] | null;
  createdAt: Date;
  isEnabled: boolean;
  /** Whether the last attempt failed and is repeated, or the receiver is gone. */
  isFailing: boolean;
  /** The place of the last event that was delivered, given up or excluded by the types. */
  cursor: number;
  /** The place of the newest event of the account. */
  head: number;
  /** The events that are being delivered again: those after `after`, up to `until`. */
  replay: { after: number; until: number } | null;
  lastError: Attempt | null;
  /** When the next attempt is made, if the last one failed. */
  nextAttemptAt: Date | null;
  /** Until when the previous secret signs as well. */
  previousSecretUntil: Date | null;
}

/** A webhook endpoint with its new secret, which is shown only once. */
export interface WithSecret {
  webhook: Webhook;
  secret: string;
}

export const STATUSES = ['ENABLED', 'DISABLED', 'FAILING'] as const;
export type WebhookStatus = (typeof STATUSES)[number];

export const statusOf = ({ isEnabled, isFailing }: Webhook): WebhookStatus =>
  isEnabled ? (isFailing ? 'FAILING' : 'ENABLED') : 'DISABLED';

export const DELIVERY_STATUSES = ['PENDING', 'DELIVERED', 'FAILED'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** The delivery of an event to an endpoint. A replay adds attempts to the delivery of the same event. */
export interface Delivery {
  /** The place of the event in the log. */
  n: number;
  eventId: string;
  type: EventType;
  status: DeliveryStatus;
  /** The last 20, oldest first. */
  attempts: readonly Attempt[];
}

/** A page of the deliveries of an endpoint, newest event first. */
export interface DeliveryPage {
  deliveries: Delivery[];
  hasNext(): Promise<boolean>;
  hasPrevious(): Promise<boolean>;
}

const id = aString;
const url = aString.max(MAX_URL, `must have at most ${MAX_URL.toLocaleString('en')} characters`);
const types = z
  .array(z.enum(EVENT_TYPES), {
    error: ({ input }) => `must be a list of types, or null for all, not ${quoted(input)}`,
  })
  .refine(({ length }) => length > 0, 'must have at least one type: omit it, or pass null, for all')
  .refine(({ length }) => length <= EVENT_TYPES.length, `must have at most ${EVENT_TYPES.length} types`)
  .meta({ minItems: 1, maxItems: EVENT_TYPES.length }) // unlike `min` and `max`, `refine` does not check a text as well
  .nullish();
/** An endpoint of any type by default. */
export const CreateSegmentWebhook = z.strictObject({ url, types });
/** FAILING is what the gateway says, so no caller can set it. */
const status = z.enum(['ENABLED', 'DISABLED'], {
  error: ({ input }) =>
    input === null ? 'must not be null' : `must be ENABLED or DISABLED, not ${quoted(input)}`,
});

/** Omitted properties stay as they are. Null as `types` means all. */
export const UpdateSegmentWebhook = z
  .strictObject({ id, url: url.optional(), types, status: status.optional() })
  .refine(
    ({ url, types, status }) => url !== undefined || types !== undefined || status !== undefined,
    'must include at least one of url, types, status',
  );
export const OneWebhook = z.strictObject({ id });
export const ListWebhooks = z.strictObject({});
/** Deliver the events after `after`, up to `until`, again. `until` is the cursor of the endpoint by default. */
export const ReplaySegmentWebhook = z
  .strictObject({ id, after: aString, until: aString.nullish() })
  .transform(({ id, after, until }, context) => {
    const read = (param: string, given: string | null | undefined) =>
      readPlace({ param, given, list: 'this log' }, placeOf, context);
    return { id, after: read('after', after) ?? 0, until: read('until', until) ?? null };
  });
/** Cursors are ids of events, or their places as the log spells them. */
export const ListDeliveries = z
  .strictObject({
    webhookId: id,
    first: pageSize,
    after: z.string().nullish(),
    last: pageSize,
    before: z.string().nullish(),
    status: z.enum(DELIVERY_STATUSES).nullish(),
  })
  .transform(({ webhookId, status, first, last, ...cursors }, context) => {
    const places = {
      after: placeIn('after', cursors.after, context),
      before: placeIn('before', cursors.before, context),
    };
    return { webhookId, paging: { ...places, ...extentOf({ first, last, ...places }), status } };
  });
