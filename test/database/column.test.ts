import { sql } from 'drizzle-orm';
import { integer, pgTable, real, text, timestamp } from 'drizzle-orm/pg-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { columnsOf } from '../../src/database/sql/column.ts';
import { unnest } from '../../src/database/sql/unnest.ts';
import { prepare, statement } from '../../src/database/statement.ts';
import { testGateway } from '../harness.ts';

const gateway = testGateway();

const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });
const notes = pgTable('notes', {
  id: text('id').primaryKey(),
  body: text('body').notNull(),
  writtenBy: text('written_by'),
  readAt: moment('read_at'),
  madeAt: moment('made_at').notNull(),
  revision: integer('revision').notNull(),
});
const columns = columnsOf(notes, ['body', 'writtenBy']);
type Note = typeof notes.$inferSelect;

const MADE = new Date('2026-01-02T03:04:05.678Z');
const note: Note = { id: '1', body: 'b', writtenBy: null, readAt: null, madeAt: MADE, revision: 1 };

beforeAll(async () => {
  await gateway.database.$client.query(
    `create table notes (revision int, id text, body text, written_by text, read_at timestamptz, made_at timestamptz)`,
  );
});

const insert = async (drafts: readonly Omit<Note, 'revision'>[]) => {
  const {
    columns: given,
    names,
    values,
  } = columns.insertion(['id', 'body', 'writtenBy', 'readAt', 'madeAt'], { revision: sql`1` });
  const batch = unnest<Omit<Note, 'revision'>>('drafts', given);
  const query = statement(sql`insert into ${notes} (${names}) select ${values} from ${batch.table}`);
  await prepare(gateway.database, '', query, () => null)(batch.fill(drafts));
};

const read = (id: string, omitted?: ('body' | 'writtenBy')[]) => {
  const query = gateway.database.select(columns.select(notes, omitted)).from(notes).where(sql`id = ${id}`);
  return prepare(gateway.database, '', query, columns.reader(omitted).read)({});
};

interface Change extends Partial<Omit<Note, 'revision' | 'madeAt'>> {
  id: string;
}
const change = async (changes: readonly Change[]) => {
  const { columns: changed, set } = columns.changes(['body', 'writtenBy', 'readAt'], 'wanted');
  const batch = unnest<Change>('wanted', { ...columns.batch('id'), ...changed });
  const query = gateway.database.update(notes).set(set).from(batch.table).where(sql`notes.id = wanted.id`);
  await prepare(gateway.database, '', query, () => null)(batch.fill(changes));
};

describe('the columns of a table', () => {
  it('are written and read by name, whatever their order in the database', async () => {
    await insert([note, { ...note, id: '2', writtenBy: 'ada', readAt: MADE }]);
    expect(await read('1')).toEqual([note]);
    expect(await read('2')).toEqual([{ ...note, id: '2', writtenBy: 'ada', readAt: MADE }]);
  });

  it('are undefined if they were omitted, in rows with the same keys', async () => {
    for (const omitted of [['body'], ['writtenBy'], ['body', 'writtenBy']] as const) {
      const [row] = await read('2', [...omitted]);
      expect(Object.keys(row ?? {})).toEqual(Object.keys(note));
      for (const each of omitted) expect(row?.[each]).toBeUndefined();
      expect(row).toMatchObject({ id: '2', madeAt: MADE, revision: 1 });
    }
  });

  it('keep their value if a change does not set them, and lose it if it sets them to null', async () => {
    await insert([{ ...note, id: '3', writtenBy: 'ada', readAt: MADE }]);
    await change([{ id: '3', body: 'c' }]);
    expect(await read('3')).toMatchObject([{ body: 'c', writtenBy: 'ada', readAt: MADE }]);
    await change([{ id: '3', writtenBy: null }]);
    expect(await read('3')).toMatchObject([{ body: 'c', writtenBy: null, readAt: MADE }]);
    await change([{ id: '3', writtenBy: 'bob', readAt: null }]);
    expect(await read('3')).toMatchObject([{ body: 'c', writtenBy: 'bob', readAt: null }]);
  });

  it('are null in a new row if they are nullable and not given', () => {
    expect(columns.pick(['body', 'writtenBy'], { body: 'b' })).toEqual({ body: 'b', writtenBy: null });
  });

  it('must have a supported type', () => {
    const scores = columnsOf(pgTable('scores', { share: real('share').notNull() }), []);
    expect(() => scores.batch('share')).toThrow('share is a real: give it a kind in');
  });

  it('must all be given or computed in an insertion, or it does not compile', () => {
    // @ts-expect-error madeAt and revision are neither
    columns.insertion(['id', 'body', 'writtenBy', 'readAt'], {});
  });
});

it('a statement fails if one of its placeholders has no value', async () => {
  const run = prepare(gateway.database, '', statement(sql`select ${sql.placeholder('given')}`), () => null);
  await expect(run({ giben: 1 })).rejects.toThrow('The placeholder "given" has no value.');
});
