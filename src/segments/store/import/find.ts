import { and, eq, sql } from 'drizzle-orm';
import type { Database } from '../../../database/connect.ts';
import { refusalOf } from '../../../database/failure.ts';
import { prepare } from '../../../database/statement.ts';
import { segments } from '../../../database/tables/segments.ts';
import type { Segment } from '../../segment.ts';
import { columnsOfSegment, segmentOf } from '../row.ts';

/** Returns those segments of an account that have one of the ids, by id. */
export function findImported(db: Database) {
  const { import: lane } = db;
  const query = db
    .select(columnsOfSegment(segments))
    .from(segments)
    .where(
      and(
        eq(segments.accountId, sql`${sql.placeholder('accountId')}::text`),
        sql`${segments.id} = any(${sql.placeholder('ids')}::text[])`,
      ),
    );
  const run = prepare(lane, 'find_imported_segments', query, segmentOf);
  return async (accountId: string, ids: readonly string[]): Promise<ReadonlyMap<string, Segment>> => {
    if (ids.length === 0) return new Map();
    try {
      const found = await lane.queue.run(accountId, () => run({ accountId, ids }), 1);
      return new Map(found.map((segment) => [segment.id, segment]));
    } catch (error) {
      throw refusalOf(error, { isWrite: false });
    }
  };
}
