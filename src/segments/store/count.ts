import { type SQL, sql } from 'drizzle-orm';
import { batch } from '../../database/batch.ts';
import type { Database } from '../../database/connect.ts';
import { accountOf } from '../../database/sql/key.ts';
import { unnest } from '../../database/sql/unnest.ts';
import { prepare, statement } from '../../database/statement.ts';
import { segments } from '../../database/tables/segments.ts';
import type { Filter } from '../segment-list.ts';
import { type Access, accessOfCount } from './access.ts';
import { COLUMNS } from './row.ts';
import { ALONE } from './scan.ts';
import { loaderOfShape } from './shape.ts';
import { columnsOfAccess, EACH, inOrder, isWanted, tablesOf } from './source.ts';

export interface Count {
  accountId: string;
  filter: Filter;
}

/**
 * Counts the segments of an account that match a filter. A count reads all of them, so each is a statement of its own. Without a
 * filter, or with names or times of one kind, it only reads an index.
 */
export function countSegments(db: Database) {
  const load = loaderOfShape<Count & Access, number>(
    () => 'count',
    (call, name) => {
      const columns = { ...COLUMNS.batch('accountId'), ...columnsOfAccess(call) };
      const wanted = unnest<Count & Access>('wanted', columns, { numbered: true });
      const query = counting(call, wanted.table);
      const run = prepare(db.scan, name, query, ([n, total]) => [Number(n), Number(total)] as const);
      return batch<Count & Access, number>(
        db.scan,
        async (counts) => {
          const totals = new Map(await run(wanted.fill(counts)));
          return counts.map((_, i) => totals.get(i + 1) ?? 0);
        },
        { accountOf, ...ALONE },
      );
    },
  );
  return (call: Count): Promise<number> => load({ ...call, ...accessOfCount(call.filter) });
}

/** Counts in the order of an index, so that Postgres reads this index, whatever it estimates about the others. */
function counting(call: Access, wanted: SQL) {
  const from = call.sought?.kind === 'each' ? sql`${EACH} cross join lateral` : sql``;
  const order = sql.join(inOrder(call.index, true), sql`, `);
  return statement(sql`select wanted.n, counted.total from ${wanted} cross join lateral (
    select count(*) as total from ${from} (
      select ${segments.id} from ${tablesOf(call)} where ${isWanted(call)} order by ${order}
    ) as found
  ) as counted`);
}
