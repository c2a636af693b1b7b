import { Unavailable, WebhookQuotaExceeded } from '../errors/refusals.ts';
import { type Call, resolver } from '../resolver.ts';
import type { Attempt } from './attempt.ts';
import { destinationOf, found, keyOf, mayReadMembers, ordered, taken } from './checks.ts';
import { NO_DELIVERIES, pageOf } from './delivery-page.ts';
import type { Destinations } from './destinations.ts';
import { refusalOfReplay } from './replay.ts';
import { newSecret } from './signature.ts';
import type { WebhookStore } from './store.ts';
import { sendTest, type TestContext } from './test-message.ts';
import {
  CreateSegmentWebhook,
  type DeliveryPage,
  ListDeliveries,
  ListWebhooks,
  MAX_WEBHOOKS,
  OneWebhook,
  ReplaySegmentWebhook,
  UpdateSegmentWebhook,
  type Webhook,
  type WithSecret,
} from './webhook.ts';
import { isWebhookId, newWebhookId } from './webhook-id.ts';

interface Context extends Call {
  webhooks: WebhookStore;
}

interface WriteContext extends Context {
  destinations: Destinations;
  /** Announces that deliveries may be due now. */
  wokeDeliveries(): void;
}

const scope = 'webhooks:manage';
const BUSY = 'Other requests are creating and deleting endpoints with this URL. Try again in a moment.';

/** Lists the webhook endpoints of the account, oldest first. */
export const listSegmentWebhooks = resolver({
  name: 'listSegmentWebhooks',
  scope,
  input: ListWebhooks,
  run: (_, { webhooks }: Context, { accountId }): Promise<Webhook[]> => webhooks.list({ accountId }),
});

/** Returns the endpoint; null if the account has none with this id. */
export const getSegmentWebhook = resolver({
  name: 'getSegmentWebhook',
  scope,
  input: OneWebhook,
  run: ({ id }, { webhooks }: Context, { accountId }): Promise<Webhook | null> | null =>
    isWebhookId(id) ? webhooks.get({ accountId, id }) : null,
});

/** Creates an endpoint. Throws INVALID_INPUT for a URL that cannot be a destination or is one of the account already, and QUOTA_EXCEEDED. */
export const createSegmentWebhook = resolver({
  name: 'createSegmentWebhook',
  scope,
  input: CreateSegmentWebhook,
  run: async ({ url, types }, context: WriteContext, viewer): Promise<WithSecret> => {
    const secret = newSecret();
    const created = await context.webhooks.create({
      accountId: viewer.accountId,
      id: newWebhookId(),
      url: destinationOf(url, context.destinations),
      types: ordered(types ?? null),
      secret,
      showsCustomers: mayReadMembers(viewer),
    });
    if (created === 'full') throw new WebhookQuotaExceeded(MAX_WEBHOOKS);
    if (created === null) throw new Unavailable('not_applied', { message: BUSY });
    if ('takenBy' in created) throw taken(created.takenBy);
    context.wokeDeliveries();
    return { webhook: created.webhook, secret };
  },
});

/** Changes an endpoint. Throws INVALID_INPUT as a creation does, and NOT_FOUND (the class WebhookNotFound), as all below do. */
export const updateSegmentWebhook = resolver({
  name: 'updateSegmentWebhook',
  scope,
  input: UpdateSegmentWebhook,
  run: async ({ id, url, types, status }, context: WriteContext, viewer): Promise<Webhook> => {
    const updated = await context.webhooks.update({
      ...keyOf(id, viewer),
      url: url === undefined ? undefined : destinationOf(url, context.destinations),
      types: types === undefined ? undefined : ordered(types),
      isEnabled: status === undefined ? undefined : status === 'ENABLED',
      showsCustomers: mayReadMembers(viewer),
    });
    const done = found(updated, id);
    if ('takenBy' in done) throw taken(done.takenBy);
    context.wokeDeliveries();
    return done.webhook;
  },
});

/** Deletes an endpoint and returns it as it was. */
export const deleteSegmentWebhook = resolver({
  name: 'deleteSegmentWebhook',
  scope,
  input: OneWebhook,
  run: async ({ id }, { webhooks }: Context, viewer): Promise<Webhook> =>
    found(await webhooks.remove(keyOf(id, viewer)), id),
});

/** Gives an endpoint a new secret. The previous one also signs for 24 hours. */
export const rotateSegmentWebhookSecret = resolver({
  name: 'rotateSegmentWebhookSecret',
  scope,
  input: OneWebhook,
  run: async ({ id }, { webhooks }: Context, viewer): Promise<WithSecret> => {
    const secret = newSecret();
    return { webhook: found(await webhooks.rotate({ ...keyOf(id, viewer), secret }), id), secret };
  },
});

/** Sends a test message immediately and returns the result. Throws RATE_LIMITED and UNAVAILABLE if too many tests are in progress. */
export const testSegmentWebhook = resolver({
  name: 'testSegmentWebhook',
  scope,
  input: OneWebhook,
  run: async ({ id }, context: Context & TestContext, viewer): Promise<Attempt> => {
    const key = keyOf(id, viewer);
    return sendTest({ ...key, ...found(await context.webhooks.target(key), id) }, context);
  },
});

/** Delivers a part of the log again. Throws INVALID_INPUT if there is nothing to deliver again, and CURSOR_EXPIRED. */
export const replaySegmentWebhook = resolver({
  name: 'replaySegmentWebhook',
  scope,
  input: ReplaySegmentWebhook,
  run: async ({ id, ...places }, context: WriteContext, viewer): Promise<Webhook> => {
    const replayed = found(await context.webhooks.replay({ ...keyOf(id, viewer), ...places }), id);
    if ('bounds' in replayed) throw refusalOfReplay(places, replayed.bounds);
    context.wokeDeliveries();
    return replayed.webhook;
  },
});

/** Returns a page of deliveries, newest event first. It is empty if there is no such endpoint: callers that need NOT_FOUND get the endpoint as well. */
export const listSegmentWebhookDeliveries = resolver({
  name: 'listSegmentWebhookDeliveries',
  scope,
  input: ListDeliveries,
  run: ({ webhookId, paging }, { webhooks }: Context, { accountId }): Promise<DeliveryPage> | DeliveryPage =>
    isWebhookId(webhookId) ? pageOf(webhooks, { accountId, webhookId }, paging) : NO_DELIVERIES,
});
