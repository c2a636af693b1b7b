import { sql } from 'drizzle-orm';
import { batch } from '../../database/batch.ts';
import type { Database } from '../../database/connect.ts';
import { prepare } from '../../database/statement.ts';
import { segments } from '../../database/tables.ts';
import type { Segment, Texts } from '../segment.ts';
import { accountOf, type Key, unnested } from './key.ts';
import { byTexts, columnsOfSegment, named, numberedSegmentReader, type Reading } from './row.ts';

/** The segment of a key; null where there is none in the account. */
export function getSegment(db: Database) {
  const readers = byTexts((texts) => segmentOfKey(db, texts));
  return (key: Key & Reading) => readers[key.texts ?? 'all'](key);
}

function segmentOfKey(db: Database, texts: Texts) {
  const wanted = unnested('wanted', { account_id: 'text', id: 'text' }, { numbered: true });
  const query = db
    .select({ ...columnsOfSegment(segments, texts), n: sql`wanted.n` })
    .from(segments)
    .innerJoin(wanted, sql`(${segments.accountId}, ${segments.id}) = (wanted.account_id, wanted.id)`);
  const run = prepare(db, named('get_segment', texts), query, numberedSegmentReader(texts));

  return batch<Key, Segment | null>(
    db,
    async (keys) => {
      const rows = await run({
        account_id: keys.map(({ accountId }) => accountId),
        id: keys.map(({ id }) => id),
      });
      const found = keys.map((): Segment | null => null);
      for (const { n, segment } of rows) found[n - 1] = segment;
      return found;
    },
    { accountOf },
  );
}
