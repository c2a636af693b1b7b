import type { Database } from '../database/connect.ts';
import type { Destinations } from '../webhooks/destinations.ts';
import { webhookStore } from '../webhooks/store.ts';

/** Opens what the resolvers of webhooks need. */
export const openWebhooks = (database: Database) => ({
  webhooks: webhookStore(database),
  destinations: noDestinations,
  wokeDeliveries: () => {},
});

/** Stands in for the destinations of webhooks until they are built. Nothing can be sent. */
const noDestinations: Destinations = {
  check: (url) => {
    const parsed = URL.parse(url);
    return parsed?.protocol === 'https:' ? { url: parsed.href } : { problem: 'must begin with https://' };
  },
  open: () => {
    throw new Error('Nothing can be sent yet.');
  },
};
