import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../../database/connect.ts';
import { isTaken, refusalOf } from '../../../database/failure.ts';
import type { Key } from '../../../database/sql/key.ts';
import { locked } from '../../../database/sql/lock.ts';
import { type BatchColumns, unnest } from '../../../database/sql/unnest.ts';
import { prepare, type Run, statement } from '../../../database/statement.ts';
import { segments } from '../../../database/tables/segments.ts';
import { ORIGIN, type Origin } from '../../../events/origin.ts';
import { appendEvents, NOTED } from '../../../events/store/append.ts';
import { type Draft, WRITABLE } from '../../segment.ts';
import type { Birth } from '../../segment-id.ts';
import { COLUMNS, JSON_COLUMNS, WRITABLE_JSON } from '../row.ts';
import { type NoteChange, notedFrom } from './note.ts';

/** A segment that is created, or that replaces the one with its id. */
export interface WrittenSegment extends Key, Birth, Draft, Origin {
  /** When it was changed last, if the file says so. */
  updatedAt: Date | null;
  /** The version of the segment that is replaced; null if there must be none. */
  replaces: number | null;
}

/** Segments of one account that are written together, in the order of their ids' lines. No two of them have the same id. */
export interface Written {
  accountId: string;
  segments: readonly WrittenSegment[];
  /** The note that is written with them. */
  note: NoteChange | null;
}

/** A segment with its place among those of the call, which is the order of their events. */
type Placed = WrittenSegment & { place: number };

const GIVEN: BatchColumns<Placed> = {
  ...COLUMNS.batch('accountId', 'id', ...WRITABLE, 'createdAt'),
  given_time: { type: 'timestamptz', of: ({ updatedAt }) => updatedAt?.toISOString() ?? null },
  replaces: { type: 'int', of: ({ replaces }) => replaces },
  place: { type: 'int', of: ({ place }) => place },
  ...ORIGIN,
};

/** The last change of a new segment is not before its creation, nor in the future. */
const INSERTION = COLUMNS.insertion(['accountId', 'id', ...WRITABLE, 'createdAt'], {
  updatedAt: sql`greatest(created_at, least(coalesce(given_time, created_at), now()))`,
  version: sql`1`,
});

/** The given time, unless the segment was changed after it. A time that steps back would hide the change from its readers. */
const UPDATED_AT = sql`case
    when wanted.given_time > (wanted.held).updated_at and wanted.given_time <= now() then wanted.given_time
    else greatest(now(), (wanted.held).updated_at)
  end`;

/**
 * Writes all segments of a call with their events, or none. Returns whether they were written: not if one that is to be created exists,
 * one that is to be replaced is not at its version any longer, or the note was changed by another import. Throws UNAVAILABLE and
 * TIMEOUT.
 */
export function writeImported(db: Database) {
  const { import: lane } = db;
  const wanted = unnest<Placed>('wanted', GIVEN, { numbered: true });
  const writing = (name: string, noted: SQL | null) =>
    prepare(lane, name, statement(writingFrom(wanted.table, noted)), () => null);
  const runs = {
    alone: writing('write_imported_segments', null),
    withNote: writing('write_imported_segments_with_note', notedFrom(sql`exists (select from fitting)`)),
  };

  return async ({ accountId, segments, note }: Written): Promise<boolean> => {
    const replaced = segments.filter(({ replaces }) => replaces !== null).length;
    const run: Run<null> = note ? runs.withNote : runs.alone;
    const given = { ...wanted.fill(inLockOrder(segments)), replaced, ...note };
    try {
      const written = await lane.queue.run(accountId, () => run(given), segments.length);
      return written.length > 0;
    } catch (error) {
      if (isTaken(error)) return false;
      throw refusalOf(error, { isWrite: true });
    }
  };
}

/** Sorts segments by their ids, so that all processes lock segments in the same order, and notes their places. */
const inLockOrder = (segments: readonly WrittenSegment[]): Placed[] =>
  segments.map((segment, place) => ({ ...segment, place })).sort((a, b) => (a.id < b.id ? -1 : 1));

const REPLACING = sql`(select * from wanted where replaces is not null) as wanted`;
const ASSIGNED = WRITABLE.map((property) => {
  const name = sql.identifier(segments[property].name);
  return sql`${name} = wanted.${name}`;
});

const writingFrom = (batch: SQL, kept: SQL | null): SQL => sql`
  with ${NOTED},
  wanted as materialized (select * from ${batch}),
  held as materialized (select * from ${locked(segments, REPLACING, 'no key update')}),
  fitting as materialized (
    select from held having count(*) filter (where (held.held).version = held.replaces) = ${sql.placeholder('replaced')}::int
  ),
  ${kept ?? sql`kept as materialized (select from fitting)`},
  created as materialized (
    select ${INSERTION.values}, place as n, request_id, actor
    from noted cross join wanted where replaces is null and exists (select from kept)
  ),
  made as (insert into ${segments} (${INSERTION.names}) select ${INSERTION.names} from created),
  changed as (
    update ${segments} as segment set ${sql.join(ASSIGNED, sql`, `)}, updated_at = ${UPDATED_AT}, version = segment.version + 1
    from noted cross join held as wanted
    where (segment.account_id, segment.id) = (wanted.account_id, wanted.id) and exists (select from kept)
    returning segment.*, wanted.place as n, wanted.request_id, wanted.actor,
      ${WRITABLE_JSON.differing(sql`(wanted.held)`, sql`segment`)} as before
  ),
  written as materialized (
    select ${INSERTION.names}, n, request_id, actor, 'SEGMENT_CREATED' as type, null::json as before from created
    union all
    select ${INSERTION.names}, n, request_id, actor, 'SEGMENT_UPDATED', before from changed
  ),
  ${appendEvents({ type: sql`written.type`, version: sql`written.version`, segment: JSON_COLUMNS.of(sql`written`), details: sql`written.before` })}
  select from kept`;
