import { webhookQueue } from '../../src/webhooks/queue.ts';
import { testGateway } from '../harness.ts';
import { testPlans } from '../plan-tests.ts';
import type { Sent } from '../plans.ts';

const gateway = testGateway();

const ENDPOINTS = 10_000;
const PER_ACCOUNT = 20;
const ACCOUNTS = ENDPOINTS / PER_ACCOUNT;
/** Those that are behind: one in a hundred. */
const BEHIND = ENDPOINTS / 100;

const fill = `
  insert into event_heads (account_id, last_event) select 'account' || a, 9 from generate_series(1, ${ACCOUNTS}) a;
  insert into events (account_id, n, type, segment_id, version, request_id, actor)
  select 'account' || a, n, 'SEGMENT_CREATED', 'x', 1, 'x', '{}' from generate_series(1, ${ACCOUNTS}) a, generate_series(1, 9) n;
  insert into webhook_endpoints (account_id, id, url, cursor, secret, shows_customers, lease)
  select 'account' || (g % ${ACCOUNTS} + 1), 'whe_' || g, 'https://example.com/' || g, case g % 100 when 7 then 8 else 9 end, 'whsec_', true, 'mine'
  from generate_series(1, ${ENDPOINTS}) g order by hashint4(g);
  insert into webhook_deliveries select account_id, id, n, 'evt_' || n, 'SEGMENT_CREATED', 'DELIVERED', '[{"at":1}]', now()
  from webhook_endpoints, generate_series(1, 5) n;`;

async function statements(): Promise<Sent[]> {
  const { claim, settle, lag } = webhookQueue(gateway.database);
  const sent: Sent[] = [];
  const add = async (title: string, maxRows: number, call: () => Promise<unknown>) => {
    gateway.statements.length = 0;
    await call();
    const [statement] = gateway.statements;
    if (!statement) throw new Error('Nothing was sent.');
    sent.push({ title, maxRows, ...statement });
  };
  // Each endpoint is read once, and the head of its account at most once for each. Those behind are read, locked and written.
  await add('a claim', 2 * ENDPOINTS + 5 * BEHIND, () =>
    claim({
      ...{ lease: 'mine', leaseMs: 30_000, places: 1_000, retries: 500 },
      perAccount: { places: 50, retries: 25 },
      held: { account1: { places: 1, retries: 1 } },
    }),
  );
  const attempt = { at: 1, ms: 1, status: 200, error: null, body: '' };
  // The row is found, locked and written.
  await add('a settlement', 3, () =>
    settle({
      ...{ accountId: 'account8', id: 'whe_7', lease: 'mine', revision: 1, leaseMs: 30_000, place: 5 },
      ...{ outcome: 'DELIVERED', isReplay: false, isLast: false },
      sent: { eventId: 'evt_5', type: 'SEGMENT_CREATED', attempt },
    }),
  );
  await add('the lag', ENDPOINTS + 3 * ACCOUNTS, lag);
  return sent;
}

testPlans({ tables: ['event_heads', 'events', 'webhook_endpoints', 'webhook_deliveries'], statements, fill });
