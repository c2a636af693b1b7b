import { and, type SQL, sql } from 'drizzle-orm';
import { batch } from '../../database/batch.ts';
import type { Database, Lane } from '../../database/connect.ts';
import { accountOf } from '../../database/sql/key.ts';
import { unnest } from '../../database/sql/unnest.ts';
import { prepare, type Run, type Values } from '../../database/statement.ts';
import { eventHeads } from '../../database/tables/events.ts';
import type { Segment } from '../segment.ts';
import { accessOfPage, type PageAccess } from './access.ts';
import { listOfCustomers } from './list-of-customers.ts';
import { type Accessed, columnsOfPage, type Found, type List, type Page, pageOf } from './page.ts';
import { type NumberedSegment, named, numberedSegments } from './row.ts';
import { ALONE } from './scan.ts';
import { loaderOfShape } from './shape.ts';
import { asNumber, EACH, inOrder, rowsOf, withinRange } from './source.ts';

/** A row of a list. With heads, a call without segments has a row as well. */
interface Row {
  n: number;
  segment: Segment | null;
  head?: number;
}

/** Max size of a small page. */
const SMALL = 20;
/**
 * Max lists per statement. A page of a hundred segments can have four megabytes. A hundred such pages would exceed the time limit,
 * and small pages in the same statement would fail too. So large pages have statements of their own, with few in each.
 */
const MOST = { small: { largest: 100, shared: 10 }, large: { largest: 4, shared: 2 } };

/** Reads a page of an account's segments. */
export function listSegments(db: Database) {
  const load = loaderOfShape<Accessed, Page>(
    ({ ascending, withHead, texts = 'all' }) =>
      named(`list_${withHead ? 'head_' : ''}${ascending ? 'asc' : 'desc'}`, texts),
    (list, name) => {
      const wanted = unnest<Accessed>('wanted', columnsOfPage(list), { numbered: true });
      const { columns, read } = numberedSegments(list.texts);
      const query = listing(db, wanted.table, columns, list);
      const rowOf: (values: Values) => Row = list.withHead ? withHead(read) : read;
      const pagesBy = (run: Run<Row>) => async (lists: readonly Accessed[]) => {
        const found = lists.map((): Found => ({ segments: [] }));
        for (const { n, segment, head } of await run(wanted.fill(lists))) {
          const page = found[n - 1];
          if (segment) page?.segments.push(segment);
          if (page && head !== undefined) page.head = head;
        }
        return lists.map((each, i) => pageOf(each, found[i] ?? { segments: [] }));
      };
      const batchOf = (lane: Lane, most: { largest: number; shared: number }) =>
        batch<Accessed, Page>(lane, pagesBy(prepare(lane, name, query, rowOf)), { accountOf, ...most });
      const scanning = batchOf(db.scan, ALONE);
      const small = isOfCustomer(list) ? listOfCustomers(db, list, name) : batchOf(db, MOST.small);
      const large = batchOf(db.large, MOST.large);
      return (each) => {
        if (each.mayScan) return scanning(each);
        return each.size > SMALL || each.sought?.kind === 'each' ? large(each) : small(each);
      };
    },
  );
  return (list: List): Promise<Page> => load({ ...list, ...accessOfPage(list) });
}

/** Whether a list has all segments of a customer, in the order of their ids. */
const isOfCustomer = ({ index, field, conditions, withHead }: Accessed): boolean =>
  index === 'MEMBER' && field === 'CREATED_AT' && conditions.length === 0 && !withHead;

/**
 * A lateral subquery with a limit can only run once for each call, in a nested loop. So rows arrive call by call, in the requested
 * order.
 */
function listing(db: Database, wanted: SQL, columns: NumberedColumns, list: Accessed) {
  const page = (list.sought?.kind === 'each' ? merged(db, list) : rowsOf(db, list, SIZE)).as('page');
  if (!list.withHead) return db.select(columns(page)).from(wanted).crossJoinLateral(page);
  const calls = sql`(
    select wanted.*, coalesce(head.last_event, 0) as head from ${wanted}
    left join ${eventHeads} as head on head.account_id = wanted.account_id
  ) as wanted`;
  const selected = { ...columns(page), head: sql`wanted.head` };
  return db.select(selected).from(calls).leftJoinLateral(page, sql`true`);
}

/** Reads rows that end with the head. The columns of a segment are all null in the row of a call without segments. */
const withHead =
  (read: (values: Values) => NumberedSegment) =>
  (values: Values): Row => ({
    n: Number(values.at(-2)),
    segment: values[0] === null ? null : read(values).segment,
    head: Number(values.at(-1)),
  });

type NumberedColumns = ReturnType<typeof numberedSegments>['columns'];

const SIZE = sql`wanted.size`;

/** The rows of several values, in the order of the page. In the order of creation, one page of each value is sufficient. */
function merged(db: Database, list: PageAccess) {
  const { field, ascending } = list;
  const isOfIds = field === 'CREATED_AT';
  const found = rowsOf(db, list, isOfIds ? SIZE : undefined).as('found');
  return db
    .select(found._.selectedFields)
    .from(EACH)
    .crossJoinLateral(found)
    .where(isOfIds ? undefined : and(...withinRange(list, found)))
    .orderBy(...inOrder(field, ascending, found))
    .limit(asNumber(SIZE));
}
