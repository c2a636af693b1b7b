import { type SQL, sql } from 'drizzle-orm';
import { batch } from '../../database/batch.ts';
import type { Database, Lane } from '../../database/connect.ts';
import { accountOf } from '../../database/sql/key.ts';
import { type BatchColumns, unnest } from '../../database/sql/unnest.ts';
import { prepare, statement, type Values } from '../../database/statement.ts';
import { webhookDeliveries, webhookEndpoints } from '../../database/tables/webhooks.ts';
import type { EventType } from '../../events/event.ts';
import type { Attempt } from '../attempt.ts';
import { type DeliveryWindow, eventsOf } from '../delivery-window.ts';
import type { Delivery, DeliveryStatus } from '../webhook.ts';

/** A part of the deliveries of an endpoint. */
interface DeliverySlice {
  deliveries: Delivery[];
  /** Whether there are more in the direction of paging. */
  hasMore: boolean;
}

type List = DeliveryWindow & { accountId: string; webhookId: string };

/** Max deliveries that a call can read in the lane of small statements. */
const MAX_SMALL = 20;
/** Max calls in a statement, and of one account in a statement with others. A delivery can have 30 KB. */
const MAX_TOGETHER = {
  small: { largest: 20, shared: 5 },
  large: { largest: 4, shared: 2 },
  scan: { largest: 1, shared: 0 },
};

/** Returns a function that reads a part of the deliveries of an endpoint, newest event first. */
export function listDeliveries(db: Database) {
  const lanes = { small: db, large: db.large, scan: db.scan };
  const listings = new Map<string, (list: List) => Promise<DeliverySlice>>();
  return (list: List): Promise<DeliverySlice> => {
    const { status, backward, size } = list;
    // Those that were delivered have no index of their own, because usually that is almost all of them.
    const lane = status === 'DELIVERED' ? 'scan' : size > MAX_SMALL ? 'large' : 'small';
    const name = ['list_deliveries', lane, backward ? 'asc' : 'desc', ...(status ? [status] : [])]
      .join('_')
      .toLowerCase();
    let listing = listings.get(name);
    if (!listing) {
      listing = listingOf(lanes[lane], name, { backward, status }, MAX_TOGETHER[lane]);
      listings.set(name, listing);
    }
    return listing(list);
  };
}

const COLUMNS: BatchColumns<List> = {
  account_id: { type: 'text', of: accountOf },
  webhook_id: { type: 'text', of: ({ webhookId }) => webhookId },
  low: { type: 'bigint', of: (list) => eventsOf(list).low },
  high: { type: 'bigint', of: (list) => eventsOf(list).high },
  size: { type: 'int', of: ({ size }) => size + 1 },
};

/** What the lists of one statement have in common. */
interface Shape {
  backward: boolean;
  status: DeliveryStatus | null | undefined;
}

/** The status is in the text of the statement, because otherwise Postgres could not use the index for it. */
function listingOf(
  lane: Lane,
  name: string,
  { backward, status }: Shape,
  limits: { largest: number; shared: number },
) {
  const wanted = unnest<List>('wanted', COLUMNS, { numbered: true });
  const direction = sql.raw(backward ? 'asc' : 'desc');
  const hasStatus: SQL = status ? sql`and delivery.status = ${sql.raw(`'${status}'`)}` : sql``;
  const order =
    status && status !== 'DELIVERED'
      ? sql`delivery.status ${direction}, `
      : sql`delivery.endpoint_id ${direction}, `;
  const query = statement(sql`
    select wanted.n, page.n, page.event_id, page.type, page.status, page.attempts
    from ${wanted.table} inner join ${webhookEndpoints} as webhook
      on (webhook.account_id, webhook.id) = (wanted.account_id, wanted.webhook_id)
    cross join lateral (
      select * from ${webhookDeliveries} as delivery
      where (delivery.account_id, delivery.endpoint_id) = (webhook.account_id, webhook.id)
        and delivery.n > wanted.low and delivery.n < wanted.high ${hasStatus}
      order by ${order} delivery.n ${direction} limit wanted.size
    ) as page`);
  const run = prepare(lane, name, query, rowOf);

  return batch<List, DeliverySlice>(
    lane,
    async (lists) => {
      const found = lists.map((): Delivery[] => []);
      for (const { call, delivery } of await run(wanted.fill(lists))) found[call - 1]?.push(delivery);
      return lists.map(({ size }, i) => sliceOf(found[i] ?? [], size, backward));
    },
    { accountOf, ...limits },
  );
}

/** Only the gateway writes deliveries, so they are not validated. */
const rowOf = ([call, n, eventId, type, status, attempts]: Values) => ({
  call: Number(call),
  delivery: {
    n: Number(n),
    eventId: String(eventId),
    type: type as EventType,
    status: status as DeliveryStatus,
    attempts: attempts as Attempt[],
  },
});

function sliceOf(found: readonly Delivery[], size: number, backward: boolean): DeliverySlice {
  const deliveries = found.slice(0, size);
  return { deliveries: backward ? deliveries.reverse() : deliveries, hasMore: found.length > size };
}
