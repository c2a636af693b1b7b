import { type Call, resolver } from '../resolver.ts';
import type { Attempt } from './attempt.ts';
import {
  CreateSegmentWebhook,
  type DeliveryPage,
  ListDeliveries,
  ListWebhooks,
  OneWebhook,
  ReplaySegmentWebhook,
  UpdateSegmentWebhook,
  type Webhook,
  type WithSecret,
} from './webhook.ts';

const scope = 'webhooks:manage';
const later = (): never => {
  throw new Error('not built yet');
};

/** Lists the webhook endpoints of the account, oldest first. */
export const listSegmentWebhooks = resolver({
  name: 'listSegmentWebhooks',
  scope,
  input: ListWebhooks,
  run: (_, __: Call): Promise<Webhook[]> => later(),
});
/** Returns the endpoint; null if the account has none with this id. */
export const getSegmentWebhook = resolver({
  name: 'getSegmentWebhook',
  scope,
  input: OneWebhook,
  run: (_, __: Call): Promise<Webhook | null> => later(),
});
/** Throws INVALID_INPUT for a URL that cannot be a destination or is one of the account already, and QUOTA_EXCEEDED. */
export const createSegmentWebhook = resolver({
  name: 'createSegmentWebhook',
  scope,
  input: CreateSegmentWebhook,
  run: (_, __: Call): Promise<WithSecret> => later(),
});
/** Throws NOT_FOUND (the class WebhookNotFound), as all below do. */
export const updateSegmentWebhook = resolver({
  name: 'updateSegmentWebhook',
  scope,
  input: UpdateSegmentWebhook,
  run: (_, __: Call): Promise<Webhook> => later(),
});
export const deleteSegmentWebhook = resolver({
  name: 'deleteSegmentWebhook',
  scope,
  input: OneWebhook,
  run: (_, __: Call): Promise<Webhook> => later(),
});
export const rotateSegmentWebhookSecret = resolver({
  name: 'rotateSegmentWebhookSecret',
  scope,
  input: OneWebhook,
  run: (_, __: Call): Promise<WithSecret> => later(),
});
/** Sends a test message at once and returns what came of it. */
export const testSegmentWebhook = resolver({
  name: 'testSegmentWebhook',
  scope,
  input: OneWebhook,
  run: (_, __: Call): Promise<Attempt> => later(),
});
export const replaySegmentWebhook = resolver({
  name: 'replaySegmentWebhook',
  scope,
  input: ReplaySegmentWebhook,
  run: (_, __: Call): Promise<Webhook> => later(),
});
/** Empty if there is no such endpoint: callers that need NOT_FOUND get the endpoint as well. */
export const listSegmentWebhookDeliveries = resolver({
  name: 'listSegmentWebhookDeliveries',
  scope,
  input: ListDeliveries,
  run: (_, __: Call): Promise<DeliveryPage> => later(),
});
