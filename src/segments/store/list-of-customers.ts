import { sql } from 'drizzle-orm';
import { batch } from '../../database/batch.ts';
import type { Database } from '../../database/connect.ts';
import { accountOf } from '../../database/sql/key.ts';
import { unnest } from '../../database/sql/unnest.ts';
import { prepare, statement, type Values } from '../../database/statement.ts';
import { segments } from '../../database/tables/segments.ts';
import type { Segment } from '../segment.ts';
import { type Accessed, columnsOfPage, type Page, pageOf } from './page.ts';
import { type NumberedSegment, numberedSegments } from './row.ts';
import { inOrder, isWantedMember, MEMBERS } from './source.ts';

/** A router asks for the segments of up to a thousand customers at once, of whom most have few. */
const MOST = { largest: 1_000, shared: 10 };

/** A segment that pages have, or the ids of a page. */
type Row = NumberedSegment | { n: number; ids: string };

/**
 * Reads small pages of the segments of many customers. Customers share segments, so each segment is read only once, and a page is the
 * ids of its segments. For a thousand customers of a hundred segments, that takes a fraction of the time.
 */
export function listOfCustomers(db: Database, list: Accessed, name: string) {
  const wanted = unnest<Accessed>('wanted', columnsOfPage(list), { numbered: true });
  const { columns, read: segmentOf } = numberedSegments(list.texts);
  const selected = Object.values(columns(segments));
  const missing = selected.slice(1).map(() => sql`null`);
  // The segments are numbered 0. Ids contain no space.
  const query = statement(sql`
    with page as materialized (
      select wanted.n, wanted.account_id, found.ids from ${wanted.table} cross join lateral (
        select string_agg(member.segment_id, ' ') as ids from (
          select member.segment_id from ${MEMBERS} where ${isWantedMember(list)}
          order by ${sql.join(inOrder('MEMBER', list.ascending), sql`, `)} limit wanted.size
        ) as member
      ) as found where found.ids is not null
    )
    select ${sql.join(selected, sql`, `)}, null as ids from (
      select distinct 0 as n, page.account_id, each.id
      from page cross join lateral unnest(string_to_array(page.ids, ' ')) as each (id)
    ) as wanted inner join ${segments} on (${segments.accountId}, ${segments.id}) = (wanted.account_id, wanted.id)
    union all select ${sql.join(missing, sql`, `)}, page.n, page.ids from page`);
  const read = (values: Values): Row => {
    const ids = values.at(-1);
    return ids === null ? segmentOf(values) : { n: Number(values.at(-2)), ids: String(ids) };
  };
  const run = prepare(db, name, query, read);

  return batch<Accessed, Page>(
    db,
    async (lists) => {
      const known = new Map(lists.map(({ accountId }) => [accountId, new Map<string, Segment>()]));
      const ids: string[][] = [];
      for (const row of await run(wanted.fill(lists))) {
        if ('ids' in row) ids[row.n - 1] = row.ids.split(' ');
        else known.get(row.segment.accountId)?.set(row.segment.id, row.segment);
      }
      return lists.map((list, i) => {
        const ofAccount = known.get(list.accountId);
        const found = (ids[i] ?? []).map((id) => ofAccount?.get(id));
        return pageOf(list, { segments: found.filter((segment) => segment !== undefined) });
      });
    },
    { accountOf, ...MOST },
  );
}
