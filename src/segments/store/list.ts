import { and, asc, desc, eq, type Placeholder, type SQL, sql } from 'drizzle-orm';
import { batch } from '../../database/batch.ts';
import type { Database, Lane } from '../../database/connect.ts';
import { prepare, type Run } from '../../database/statement.ts';
import { segments } from '../../database/tables.ts';
import type { Segment } from '../segment.ts';
import type { Window } from '../segment-list.ts';
import type { Order } from '../segment-order.ts';
import { conditionsOf } from './condition.ts';
import { accountOf, unnested } from './key.ts';
import { columnsOfSegment, type NumberedSegment, named, numberedSegmentReader, type Reading } from './row.ts';
import { ALONE, mayScan } from './scan.ts';
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
 * failed the small pages in between with them. So large ones go by themselves, and few at a time.
 */
const MOST = { small: { largest: 100, shared: 10 }, large: { largest: 10, shared: 2 } };

export type List = Window & Reading & { accountId: string };

/** A page of an account's segments. */
export const listSegments = (db: Database) =>
  loaderOfShape<List, Page>(
    ({ order, backward, from, until, texts = 'all' }) => {
      const start = from ? (from.included ? '_at' : '_from') : '';
      const direction = isAscending(order, backward) ? 'asc' : 'desc';
      return named(`list_${order.field}_${direction}${start}${until ? '_until' : ''}`, texts);
    },
    (list, shape) => {
      const query = listing(db, list);
      const name = isCommon(list) ? shape : '';
      const read = numberedSegmentReader(list.texts ?? 'all');
      const pagesBy = (run: Run<NumberedSegment>) => async (lists: readonly List[]) => {
        const rows = await run({
          account_id: lists.map(({ accountId }) => accountId),
          size: lists.map(({ size }) => size + 1),
          place_id: lists.map(({ from }) => from?.id),
          place_value: lists.map(({ from }) => from?.value),
          ...(list.until && {
            until_id: lists.map(({ until }) => until?.id),
            until_value: lists.map(({ until }) => until?.value),
          }),
          ...valuesOf(lists),
        });
        const found = lists.map((): Segment[] => []);
        for (const { n, segment } of rows) found[n - 1]?.push(segment);
        return lists.map((each, i) => pageOf(each, found[i] ?? []));
      };
      const batchOf = (lane: Lane, most: { largest: number; shared: number }) =>
        batch<List, Page>(lane, pagesBy(prepare(lane, name, query, read)), {
          accountOf,
          ...most,
        });
      if (mayScan(list)) return batchOf(db.scan, ALONE);
      const small = batchOf(db, MOST.small);
      const large = batchOf(db.large, MOST.large);
      return (each) => (each.size > SMALL ? large(each) : small(each));
    },
  );

/**
 * A lateral subquery with a limit can only be run once for each call, in a nested loop: rows arrive call by
 * call, in the order asked for.
 */
function listing(db: Database, { order, backward, from, until, filter, texts }: List) {
  const conditions = conditionsOf(filter);
  const value = order.field === 'UPDATED_AT' ? 'timestamptz' : 'text';
  const wanted = unnested(
    'wanted',
    {
      account_id: 'text',
      size: 'int',
      place_id: 'text',
      place_value: value,
      ...(until && { until_id: 'text', until_value: value }),
      ...columnsOf(conditions),
    },
    { numbered: true },
  );
  const { key, place, end } = ORDERS[order.field];
  const ascending = isAscending(order, backward);
  // One row comparison is one end of a range of the index; `a < x or (a = x and id < y)` filters every row before it.
  const compared = (operator: string, to: SQL) =>
    sql`(${sql.join(key, sql`, `)}) ${sql.raw(operator)} (${to})`;
  const [beyond, short] = ascending ? ['>', '<'] : ['<', '>'];
  const page = db
    .select()
    .from(segments)
    .where(
      and(
        eq(segments.accountId, sql`wanted.account_id`),
        from ? compared(from.included ? `${beyond}=` : beyond, place) : undefined,
        until ? compared(short, end) : undefined,
        ...allHold(conditions),
      ),
    )
    .orderBy(...key.map((column) => (ascending ? asc(column) : desc(column))))
    .limit(sql`wanted.size` as unknown as Placeholder) // Drizzle writes any SQL here; only its type says less
    .as('page');
  return db
    .select({ ...columnsOfSegment(page, texts), n: sql`wanted.n` })
    .from(wanted)
    .crossJoinLateral(page);
}

const AFTER_VALUE = {
  place: sql`wanted.place_value, wanted.place_id`,
  end: sql`wanted.until_value, wanted.until_id`,
};
const ORDERS = {
  CREATED_AT: { key: [segments.id], place: sql`wanted.place_id`, end: sql`wanted.until_id` },
  UPDATED_AT: { key: [segments.updatedAt, segments.id], ...AFTER_VALUE },
  NAME: { key: [segments.name, segments.id], ...AFTER_VALUE },
};

/** Whether a statement is worth keeping: a connection keeps a named one for good. */
const isCommon = ({ from, until }: List) => !from?.included && !until;

const isAscending = ({ direction }: Order, backward: boolean) => (direction === 'ASC') !== backward;

function pageOf({ size, backward }: List, rows: Segment[]): Page {
  const segments = rows.slice(0, size);
  return { segments: backward ? segments.reverse() : segments, hasMore: rows.length > size };
}
