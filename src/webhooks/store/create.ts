import { type SQL, sql } from 'drizzle-orm';
import { batch } from '../../database/batch.ts';
import type { Database } from '../../database/connect.ts';
import { accountOf } from '../../database/sql/key.ts';
import { type BatchColumns, unnest } from '../../database/sql/unnest.ts';
import { prepare, statement, type Values } from '../../database/statement.ts';
import { webhookEndpoints } from '../../database/tables/webhooks.ts';
import type { EventType } from '../../events/event.ts';
import { MAX_WEBHOOKS, type Webhook } from '../webhook.ts';
import { KEY } from './key.ts';
import { readWebhook, selectWebhook, WIDTH, withHead } from './row.ts';

interface NewWebhook {
  accountId: string;
  id: string;
  url: string;
  /** Null for all types. */
  types: readonly EventType[] | null;
  secret: string;
  showsCustomers: boolean;
}

/**
 * What a creation came to. `takenBy` is the endpoint of the account that has the URL already. The account is full if it has the max
 * number of endpoints. Null if other transactions were creating and deleting endpoints with the URL all the time.
 */
export type Created = { webhook: Webhook } | { takenBy: string } | 'full' | null;

const COLUMNS: BatchColumns<NewWebhook> = {
  ...KEY,
  url: { type: 'text', of: ({ url }) => url },
  types: { type: 'text', of: ({ types }) => types && JSON.stringify(types) },
  secret: { type: 'text', of: ({ secret }) => secret },
  shows_customers: { type: 'bool', of: ({ showsCustomers }) => showsCustomers },
};

/** Max creations in one statement. Each is for a different account. */
const MAX_TOGETHER = { largest: 10, shared: 10 };
/** How often a creation is tried whose URL another transaction is giving to an endpoint. Only the next statement finds that endpoint. */
const TRIES = 3;

/**
 * Creates endpoints, which begin after the newest event. Only one endpoint of an account can have a URL, and an account can have 100.
 * The endpoints of an account are created one after the other, by statements that count them, so a single gateway is exact. Several gateways
 * can together exceed the limit by what they create at the same time.
 */
export function createWebhooks(db: Database): (draft: NewWebhook) => Promise<Created> {
  const drafts = unnest<NewWebhook>('draft', COLUMNS, { numbered: true });
  const run = prepare(db, 'create_webhooks', statement(creating(drafts.table)), (values) => ({
    n: Number(values[WIDTH]),
    created: createdOf(values),
  }));

  const create = async (given: readonly NewWebhook[]): Promise<Created[]> => {
    const created = new Map<NewWebhook, Created>();
    let left = given;
    for (let i = 0; i < TRIES && left.length > 0; i++) {
      for (const row of await run(drafts.fill(left))) {
        const draft = left[row.n - 1];
        if (draft && row.created) created.set(draft, row.created);
      }
      left = left.filter((draft) => !created.has(draft));
    }
    return given.map((draft) => created.get(draft) ?? null);
  };

  return batch<NewWebhook, Created>(db, create, { accountOf, rowOf: accountOf, ...MAX_TOGETHER });
}

/** Each draft belongs to a different account. Rows are inserted in the order of the unique index, so that two statements cannot deadlock. */
const creating = (drafts: SQL): SQL => sql`
  with draft as materialized (select * from ${drafts}),
  existing as materialized (
    select webhook.id, draft.n from draft inner join ${webhookEndpoints} as webhook
      on (webhook.account_id, webhook.url) = (draft.account_id, draft.url)
  ),
  excess as materialized (
    select draft.n from draft cross join lateral (
      select count(*) from ${webhookEndpoints} as webhook where webhook.account_id = draft.account_id
    ) as webhooks
    where webhooks.count >= ${sql.raw(String(MAX_WEBHOOKS))} and draft.n not in (select n from existing)
  ),
  made as (
    insert into ${webhookEndpoints} (account_id, id, url, types, cursor, secret, shows_customers)
    select draft.account_id, draft.id, draft.url, draft.types::json, coalesce(head.last_event, 0), draft.secret, draft.shows_customers
    from draft ${withHead(sql`draft.account_id`)}
    where draft.n not in (select n from existing) and draft.n not in (select n from excess)
    order by draft.account_id collate "C", draft.url collate "C"
    on conflict (account_id, url) do nothing returning *
  )
  select ${selectWebhook(sql`made`, sql`head`)}, draft.n, existing.id, excess.n is not null
  from draft
  left join made on (made.account_id, made.id) = (draft.account_id, draft.id)
  left join existing on existing.n = draft.n
  left join excess on excess.n = draft.n
  ${withHead(sql`draft.account_id`)}`;

function createdOf(values: Values): Created {
  const [takenBy, isExcess] = values.slice(WIDTH + 1);
  if (values[0] !== null) return { webhook: readWebhook(values) };
  if (takenBy !== null) return { takenBy: String(takenBy) };
  return isExcess ? 'full' : null;
}
