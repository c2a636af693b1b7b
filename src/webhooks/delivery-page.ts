import { placedPage } from '../values/placed-page.ts';
import { type DeliveryWindow, listPlaceOf } from './delivery-window.ts';
import type { WebhookStore } from './store.ts';
import type { Delivery, DeliveryPage } from './webhook.ts';

/** A window, and how many deliveries at its end are returned; null means all of them. */
interface DeliveryPaging extends DeliveryWindow {
  tail: number | null;
}

/** Reads a page of the deliveries of an endpoint. It is empty if the account has no such endpoint. */
export async function pageOf(
  store: WebhookStore,
  webhook: { accountId: string; webhookId: string },
  { tail, ...window }: DeliveryPaging,
): Promise<DeliveryPage> {
  const slice = await store.deliveries({ ...webhook, ...window });
  const { status } = window;
  const { items: deliveries, ...ends } = placedPage<Delivery>(window, {
    items: slice.deliveries,
    hasMore: slice.hasMore,
    tail,
    placeOf: listPlaceOf,
    holds: async (part) =>
      (await store.deliveries({ ...webhook, status, size: 1, ...part })).deliveries.length > 0,
  });
  return { deliveries, ...ends };
}

/** The page of an endpoint that does not exist. */
export const NO_DELIVERIES: DeliveryPage = {
  deliveries: [],
  hasNext: async () => false,
  hasPrevious: async () => false,
};
