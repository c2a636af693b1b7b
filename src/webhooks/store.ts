import type { Database } from '../database/connect.ts';
import { createWebhooks } from './store/create.ts';
import { listDeliveries } from './store/deliveries.ts';
import { getWebhook } from './store/get.ts';
import { listWebhooks } from './store/list.ts';
import { removeWebhooks } from './store/remove.ts';
import { replayEvents } from './store/replay.ts';
import { rotateSecrets } from './store/rotate.ts';
import { findTarget } from './store/target.ts';
import { updateWebhooks } from './store/update.ts';

export type WebhookStore = ReturnType<typeof webhookStore>;

/**
 * The webhook endpoints in Postgres, as their callers see and change them. Each method sends one statement for all calls of a turn, and
 * every call names its account. Only `target` returns secrets: they are for signing, and never shown.
 */
export const webhookStore = (db: Database) => ({
  list: listWebhooks(db),
  get: getWebhook(db),
  create: createWebhooks(db),
  update: updateWebhooks(db),
  remove: removeWebhooks(db),
  rotate: rotateSecrets(db),
  replay: replayEvents(db),
  target: findTarget(db),
  deliveries: listDeliveries(db),
});
