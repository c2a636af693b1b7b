import { describe } from 'vitest';
import {
  deleteSegmentWebhook,
  getSegmentWebhook,
  listSegmentWebhookDeliveries,
  listSegmentWebhooks,
  replaySegmentWebhook,
  rotateSegmentWebhookSecret,
  testSegmentWebhook,
  updateSegmentWebhook,
} from '../../src/webhooks/resolvers.ts';
import { forgetDeliveries } from '../../src/webhooks/store/forget.ts';
import { testGateway, type Who } from '../harness.ts';
import { testPlans } from '../plan-tests.ts';
import type { Sent } from '../plans.ts';
import { contextOf, create, newUrl } from './endpoints.ts';
import { eventIdAt } from './stored-deliveries.ts';

const gateway = testGateway();

/** How many endpoints an account has, and how many deliveries the first of them has. Of those, every tenth failed. */
interface Sizes {
  endpoints: number;
  deliveries: number;
}
type Spread = Record<string, Sizes> & { ada: Sizes; bob: Sizes };

const SPREADS: Record<string, Spread> = {
  'a large account beside a small one': {
    ada: { endpoints: 90, deliveries: 50_000 },
    bob: { endpoints: 3, deliveries: 50 },
  },
  'many small accounts': {
    ada: { endpoints: 5, deliveries: 100 },
    bob: { endpoints: 5, deliveries: 100 },
    ...Object.fromEntries(
      Array.from({ length: 500 }, (_, i) => [`other${i}`, { endpoints: 5, deliveries: 100 }]),
    ),
  },
};

const idOf = (n: number) => `whe_${String(n).padStart(22, '0')}`;
const FIRST = idOf(1);

/** The last delivery is being retried. Those of the other endpoints were deleted with them, but are still stored. */
const fill = (spread: Spread) => `
  create temp table wanted as select account_id, (sizes->>'endpoints')::int as endpoints, (sizes->>'deliveries')::int as deliveries
  from jsonb_each('${JSON.stringify(spread)}') as spread (account_id, sizes);
  insert into event_heads select account_id, deliveries + 10, 5 from wanted;
  insert into webhook_endpoints (account_id, id, url, cursor, secret, shows_customers)
  select account_id, 'whe_' || lpad(g::text, 22, '0'), 'https://example.com/' || g, deliveries, 'whsec_', false
  from wanted, generate_series(1, endpoints) g order by hashint4(g);
  insert into webhook_deliveries (account_id, endpoint_id, n, event_id, type, status, attempts, attempted_at)
  select account_id, endpoint_id, g, 'evt_' || g, 'SEGMENT_CREATED',
    case when g = deliveries then 'PENDING' when g % 10 = 0 then 'FAILED' else 'DELIVERED' end, '[]', now() - interval '1 second' * g
  from wanted, generate_series(1, deliveries) g, (values ('${FIRST}'), ('whe_deleted')) as endpoint (endpoint_id) order by hashint4(g);
  drop table wanted;`;

async function sentBy(call: () => Promise<unknown>): Promise<{ text: string; values: unknown[] }> {
  gateway.statements.length = 0;
  await call().catch(() => null); // there is no such endpoint
  const [sent] = gateway.statements;
  if (!sent) throw new Error('Nothing was sent.');
  return sent;
}

async function statementsFor(who: Who, { endpoints, deliveries }: Sizes): Promise<Sent[]> {
  const context = contextOf(gateway, who);
  const sent: Sent[] = [];
  const add = async (
    title: string,
    maxRows: number,
    call: () => Promise<unknown>,
    options: Partial<Sent> = {},
  ) => sent.push({ title, maxRows, ...options, ...(await sentBy(call)) });
  const id = FIRST;

  // The endpoint and the head of the log
  await add('an endpoint', 2, () => getSegmentWebhook({ id }, context));
  await add('all endpoints', endpoints + 1, () => listSegmentWebhooks({}, context));
  await add('a target', 1, () => testSegmentWebhook({ id }, context));
  // All endpoints, which are counted, the one that has the URL, and the head twice
  await add('a creation', endpoints + 3, () => create(gateway, {}, who));
  // The endpoint twice (locked, written), and the head twice
  await add('a rotation', 4, () => rotateSegmentWebhookSecret({ id }, context));
  await add('a deletion', 4, () => deleteSegmentWebhook({ id }, context));
  await add('a replay', 4, () => replaySegmentWebhook({ id, after: '7' }, context));
  await add('a change', 4, () => updateSegmentWebhook({ id, types: null }, context));
  await add('a change of the URL', 5, () => updateSegmentWebhook({ id, url: newUrl() }, context));

  const middle = eventIdAt(Math.ceil(deliveries / 2));
  const list = (title: string, given: object, maxRows = 12) =>
    add(title, maxRows, () => listSegmentWebhookDeliveries({ webhookId: id, ...given }, context));
  // Eleven deliveries, and the endpoint
  await list('the newest deliveries', { first: 10 });
  await list('the oldest deliveries', { last: 10 });
  await list('deliveries from the middle', { first: 10, after: middle });
  await list('deliveries up to the middle', { last: 10, before: middle });
  await list('many deliveries', { first: 100 }, 102);
  await list('failed deliveries', { first: 10, status: 'FAILED' });
  await list('failed deliveries from the middle', { first: 5, after: middle, status: 'FAILED' }, 7);
  await list('failed deliveries up to the middle', { last: 5, before: middle, status: 'FAILED' }, 7);
  await list('deliveries that are being retried', { first: 10, status: 'PENDING' }, 2);
  // Of the deliveries, those that failed are skipped.
  await list('successful deliveries', { first: 10, status: 'DELIVERED' }, 15);
  // Nothing is old.
  await add('forgetting', 0, () => forgetDeliveries(gateway.database, { days: 30 })());
  return sent;
}

describe.each(Object.entries(SPREADS))('with %s', (_, spread) => {
  testPlans({
    tables: ['event_heads', 'webhook_endpoints', 'webhook_deliveries'],
    fill: fill(spread),
    statements: async () => [
      ...(await statementsFor('ada', spread.ada)),
      ...(await statementsFor('bob', spread.bob)),
    ],
  });
});
