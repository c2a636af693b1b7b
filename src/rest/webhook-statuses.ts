import type { DeliveryStatus, WebhookStatus } from '../webhooks/webhook.ts';

/** The documented names of the statuses of webhook endpoints. */
export const STATUS_NAMES = {
  ENABLED: 'enabled',
  DISABLED: 'disabled',
  FAILING: 'failing',
} as const satisfies Record<WebhookStatus, string>;

/** The documented names of the statuses of deliveries. */
export const DELIVERY_STATUS_NAMES = {
  PENDING: 'pending',
  DELIVERED: 'delivered',
  FAILED: 'failed',
} as const satisfies Record<DeliveryStatus, string>;

const STATUSES = new Map<unknown, string>(
  Object.entries({ ...STATUS_NAMES, ...DELIVERY_STATUS_NAMES }).map(([status, name]) => [name, status]),
);

/** Returns the status that a documented name means. Returns other values unchanged, so that the resolver rejects them. */
export const statusNamed = (name: unknown): unknown => STATUSES.get(name) ?? name;
