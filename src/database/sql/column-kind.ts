import type { SQL } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import { milliseconds, momentOf } from '../statement.ts';
import type { BatchColumn, ColumnType } from './unnest.ts';

/** How values of a column are written and read. */
interface Kind {
  type: ColumnType;
  select?(column: AnyPgColumn): SQL;
  read(value: unknown): unknown;
  /** Reads a value that Postgres wrote into JSON. */
  parse(value: unknown): unknown;
  write(value: unknown): Written;
}

/** Returns the kind of a column. Throws a TypeError if the type of the column is not in `KINDS`. */
export function kindOf(column: AnyPgColumn): Kind {
  const type = column.getSQLType();
  const kind = KINDS[type];
  if (!kind) throw new TypeError(`${column.name} is a ${type}: give it a kind in column-kind.ts`);
  return kind;
}

type Written = ReturnType<BatchColumn<never>['of']>;

/** The types of the table ensure that a property has a value that its column accepts. */
const asIs = (value: unknown) => value as Written;

const TEXT: Kind = { type: 'text', read: String, parse: String, write: asIs };

const asStored = (value: unknown) => value;

/** Kinds by the types that the tables use. */
const KINDS: Readonly<Record<string, Kind>> = {
  text: TEXT,
  'text collate "C"': TEXT,
  bigint: { type: 'bigint', read: Number, parse: Number, write: asIs },
  boolean: { type: 'bool', read: asStored, parse: asStored, write: asIs },
  json: { type: 'text', read: asStored, parse: asStored, write: JSON.stringify },
  integer: { type: 'int', read: Number, parse: Number, write: asIs },
  'timestamp (3) with time zone': {
    type: 'timestamptz',
    select: milliseconds,
    read: momentOf,
    parse: (text) => new Date(String(text)),
    write: (moment) => (moment instanceof Date ? moment.toISOString() : null),
  },
};
