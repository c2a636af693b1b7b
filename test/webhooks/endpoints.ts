import { randomUUID } from 'node:crypto';
import { createSegment } from '../../src/segments/resolvers.ts';
import { openDestinations } from '../../src/webhooks/destinations/open-destinations.ts';
import { createSegmentWebhook } from '../../src/webhooks/resolvers.ts';
import { draft, type TestGateway, type Who } from '../harness.ts';
import { patiently } from '../patiently.ts';

/** They allow any URL, and have limits that no test reaches, however slow the machine is. */
const destinations = openDestinations({
  ...{ allowPrivate: true, ports: [], version: 'test' },
  ...{ timeoutMs: 600_000, bodyMs: 600_000 },
});

/** The context of a call that can send to any URL. */
export const contextOf = (gateway: TestGateway, who: Who = 'ada') => ({
  ...gateway.context(who),
  destinations,
});

export const newUrl = () => `https://example.com/${randomUUID()}`;

/** Creates an endpoint with a URL of its own. */
export const create = (
  gateway: TestGateway,
  given: Partial<Parameters<typeof createSegmentWebhook>[0]> = {},
  who: Who = 'ada',
) => patiently(() => createSegmentWebhook({ url: newUrl(), ...given }, contextOf(gateway, who)));

/** Writes events to the log of an account. */
export async function writeEvents(gateway: TestGateway, count: number, who: Who = 'ada'): Promise<void> {
  for (let i = 0; i < count; i++) await patiently(() => createSegment(draft(), gateway.context(who)));
}

/** Returns the row of an endpoint as it is stored; undefined if it is deleted. */
export async function storedRow({ database }: TestGateway, id: string) {
  const { rows } = await database.$client.query('select * from webhook_endpoints where id = $1', [id]);
  return rows[0];
}

/** Sets columns of an endpoint, as its deliveries would. */
export const setRow = ({ database }: TestGateway, id: string, assignments: string) =>
  database.$client.query(`update webhook_endpoints set ${assignments} where id = $1`, [id]);

/** Empties the tables of webhooks. */
export const truncate = ({ database }: TestGateway) =>
  database.$client.query('truncate webhook_endpoints, webhook_deliveries');
