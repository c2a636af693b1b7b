import { and, asc, desc, eq, type Placeholder, sql } from 'drizzle-orm';
import { batch } from '../../batch.ts';
import type { Database } from '../../database/connect.ts';
import { forLarge, prepare, type Run } from '../../database/statement.ts';
import { segments } from '../../database/tables.ts';
import type { Segment } from '../segment.ts';
import type { Window } from '../segment-list.ts';
import type { Order } from '../segment-order.ts';
import { conditionsOf } from './condition.ts';
import { unnested } from './key.ts';
import { columnsOfSegment, type NumberedSegment, numberedSegmentOf } from './row.ts';
import { allHold, columnsOf, loaderOfShape, valuesOf } from './shape.ts';

export interface Page {
  segments: Segment[];
  /** Whether more lie in the direction of travel. */
  hasMore: boolean;
}

/** What a page may ask for and still count as small. */
const SMALL = 20;
/**
 * Lists in one statement. A page of a hundred may hold a megabyte: a hundred of them took longer than a statement may, and
 * failed the small pages in between with them. So the large ones go by themselves, and few at a time.
 */
const MOST = { small: { largest: 100 }, large: { largest: 10 } };

export type List = Window & { accountId: string };

/** A page of an account's segments. */
export const listSegments = (db: Database) =>
  loaderOfShape<List, Page>(
    ({ order, backward, from }) =>
      `list_${order.field}_${isAscending(order, backward) ? 'asc' : 'desc'}${from ? '_from' : ''}`,
    (list, name) => {
      const query = listing(db, list);
      const pagesBy = (run: Run<NumberedSegment>) => async (lists: readonly List[]) => {
        const rows = await run({
          account_id: lists.map(({ accountId }) => accountId),
          size: lists.map(({ size }) => size + 1),
          place_id: lists.map(({ from }) => from?.id),
          place_value: lists.map(({ from }) => from?.value),
          ...valuesOf(lists),
        });
        const found = lists.map((): Segment[] => []);
        for (const { n, segment } of rows) found[n - 1]?.push(segment);
        return lists.map((each, i) => pageOf(each, found[i] ?? []));
      };
      const small = batch(pagesBy(prepare(db, name, query, numberedSegmentOf)), MOST.small);
      const large = batch(pagesBy(prepare(forLarge(db), name, query, numberedSegmentOf)), MOST.large);
      return (each) => (each.size > SMALL ? large(each) : small(each));
    },
  );

/**
 * A lateral subquery with a limit can only be run once for each call, in a nested loop: rows arrive call by
 * call, in the order asked for.
 */
function listing(db: Database, { order, backward, from, filter }: List) {
  const conditions = conditionsOf(filter);
  const value = order.field === 'UPDATED_AT' ? 'timestamptz' : 'text';
  const wanted = unnested(
    'wanted',
    { account_id: 'text', size: 'int', place_id: 'text', place_value: value, ...columnsOf(conditions) },
    { numbered: true },
  );
  const { key, place } = ORDERS[order.field];
  const ascending = isAscending(order, backward);
  // One row comparison is one range of the index; `a < x or (a = x and id < y)` filters every row before it.
  const beyond = sql`(${sql.join(key, sql`, `)}) ${sql.raw(ascending ? '>' : '<')} (${place})`;
  const page = db
    .select()
    .from(segments)
    .where(
      and(eq(segments.accountId, sql`wanted.account_id`), from ? beyond : undefined, ...allHold(conditions)),
    )
    .orderBy(...key.map((column) => (ascending ? asc(column) : desc(column))))
    .limit(sql`wanted.size` as unknown as Placeholder) // Drizzle writes any SQL here; only its type says less
    .as('page');
  return db
    .select({ ...columnsOfSegment(page), n: sql`wanted.n` })
    .from(wanted)
    .crossJoinLateral(page);
}

const ORDERS = {
  CREATED_AT: { key: [segments.id], place: sql`wanted.place_id` },
  UPDATED_AT: { key: [segments.updatedAt, segments.id], place: sql`wanted.place_value, wanted.place_id` },
  NAME: { key: [segments.name, segments.id], place: sql`wanted.place_value, wanted.place_id` },
};

const isAscending = ({ direction }: Order, backward: boolean) => (direction === 'ASC') !== backward;

function pageOf({ size, backward }: List, rows: Segment[]): Page {
  const segments = rows.slice(0, size);
  return { segments: backward ? segments.reverse() : segments, hasMore: rows.length > size };
}
