import { sql } from 'drizzle-orm';
import { batch } from '../../database/batch.ts';
import type { Database } from '../../database/connect.ts';
import { accountOf, type Key } from '../../database/sql/key.ts';
import { unnest } from '../../database/sql/unnest.ts';
import { prepare } from '../../database/statement.ts';
import { segments } from '../../database/tables/segments.ts';
import type { Segment, Texts } from '../segment.ts';
import { byTexts, COLUMNS, named, numberedSegments, type Reading } from './row.ts';

/** Returns the segment with this id; null if the account has none. */
export function getSegment(db: Database) {
  const readers = byTexts((texts) => segmentOfKey(db, texts));
  return (key: Key & Reading) => readers[key.texts ?? 'all'](key);
}

function segmentOfKey(db: Database, texts: Texts) {
  const wanted = unnest<Key>('wanted', COLUMNS.batch('accountId', 'id'), { numbered: true });
  const { columns, read } = numberedSegments(texts);
  const query = db
    .select(columns(segments))
    .from(segments)
    .innerJoin(wanted.table, sql`(${segments.accountId}, ${segments.id}) = (wanted.account_id, wanted.id)`);
  const run = prepare(db, named('get_segment', texts), query, read);

  return batch<Key, Segment | null>(
    db,
    async (keys) => {
      const rows = await run(wanted.fill(keys));
      const found = keys.map((): Segment | null => null);
      for (const { n, segment } of rows) found[n - 1] = segment;
      return found;
    },
    { accountOf },
  );
}
