import { and, count, eq, sql } from 'drizzle-orm';
import { batch } from '../../database/batch.ts';
import type { Database } from '../../database/connect.ts';
import { prepare } from '../../database/statement.ts';
import { segments } from '../../database/tables.ts';
import type { Filter } from '../segment-list.ts';
import { conditionsOf } from './condition.ts';
import { accountOf, unnested } from './key.ts';
import { ALONE } from './scan.ts';
import { allHold, columnsOf, loaderOfShape, valuesOf } from './shape.ts';

export interface Count {
  accountId: string;
  filter: Filter;
}

/** How many segments of an account a filter lets through. Reads them all, so each count is a statement of its own. */
export const countSegments = (db: Database) =>
  loaderOfShape<Count, number>(
    () => 'count',
    (call, name) => {
      const run = prepare(
        db.scan,
        name,
        counting(db, call),
        ([n, total]) => [Number(n), Number(total)] as const,
      );
      return batch<Count, number>(
        db.scan,
        async (counts) => {
          const rows = await run({
            account_id: counts.map(({ accountId }) => accountId),
            ...valuesOf(counts),
          });
          const totals = new Map(rows);
          return counts.map((_, i) => totals.get(i + 1) ?? 0);
        },
        { accountOf, ...ALONE },
      );
    },
  );

function counting(db: Database, { filter }: Count) {
  const conditions = conditionsOf(filter);
  const wanted = unnested('wanted', { account_id: 'text', ...columnsOf(conditions) }, { numbered: true });
  const counted = db
    .select({ total: count().as('total') })
    .from(segments)
    .where(and(eq(segments.accountId, sql`wanted.account_id`), ...allHold(conditions)))
    .as('counted');
  return db.select({ n: sql`wanted.n`, total: counted.total }).from(wanted).crossJoinLateral(counted);
}
