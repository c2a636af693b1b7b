import { type SQL, sql } from 'drizzle-orm';
import { segments } from '../../database/tables/segments.ts';
import { type TimeRange, timestampOf } from '../../values/moment.ts';
import { idPrefix } from '../segment-id.ts';
import type { Filter } from '../segment-list.ts';
import { isRepetitive } from './repetition.ts';

/** A condition of a filter. Its name and SQL are the same for all calls that have it; the value belongs to this call. */
export interface Condition {
  name: string;
  type: 'text' | 'timestamptz';
  value: string;
  holds(value: SQL): SQL;
}

type TextFilter = NonNullable<Filter['name']>;
type Given<Value> = Value | null | undefined;

/** The conditions of a filter, always in the same order, so that filters with the same conditions share a statement. */
export function conditionsOf({ name, criteria, createdAt, updatedAt }: Filter): Condition[] {
  return [
    ...textConditions('name', segments.name, name ?? {}),
    ...textConditions('criteria', segments.criteria, criteria ?? {}),
    ...(createdAt ? creationConditions(createdAt) : []),
    ...(updatedAt ? updateConditions(updatedAt) : []),
  ];
}

function textConditions(
  property: string,
  column: typeof segments.name | typeof segments.criteria,
  { eq, in: oneOf, contains, startsWith }: TextFilter,
) {
  // The pattern is in a subquery, so that it is folded once and not for each row.
  const text = () => folded(sql`${column} collate "default"`); // a function, because most calls need no new statement
  const alike = (pattern: SQL) => sql`${text()} like (select ${folded(pattern)})`;
  // `***=` makes the rest of a regular expression literal. Postgres matches it in linear time. LIKE does so only for texts that are
  // not repetitive, but then it is several times faster.
  const within = (sought: SQL) => sql`${text()} ~ (select '***=' || ${folded(sought)})`;
  const isSlow = contains != null && isRepetitive(contains);
  return present([
    condition(`${property}_eq`, eq, (value) => sql`${column} = ${value}`),
    // The values of a call are sent as JSON, because unnest would flatten an array of arrays.
    condition(
      `${property}_in`,
      oneOf && JSON.stringify(oneOf),
      (value) => sql`${column} = any(array(select jsonb_array_elements_text(${value}::jsonb)))`,
    ),
    isSlow
      ? condition(`${property}_contains_repetitive`, contains, within)
      : condition(`${property}_contains`, contains != null ? `%${literal(contains)}%` : null, alike),
    condition(`${property}_starts_with`, startsWith != null ? `${literal(startsWith)}%` : null, alike),
  ]);
}

/**
 * Removes the case of a text, in the locale of the database ("C" only knows A to Z). Both functions are needed: `lower` leaves two
 * different small sigmas, and `upper` two different capital sharp s. In locales that know them all, such as ICU's, "ß" matches "SS".
 */
const folded = (text: SQL) => sql`upper(lower(${text}))`;

/** An id begins with its milliseconds, so a range of time is a range of the primary key. */
const creationConditions = ({ from, until }: TimeRange) =>
  present([
    condition('created_from', from === null ? null : idPrefix(from), (id) => sql`${segments.id} >= ${id}`),
    condition('created_until', until === null ? null : idPrefix(until), (id) => sql`${segments.id} < ${id}`),
  ]);

function updateConditions({ from, until }: TimeRange) {
  const compared = (name: string, time: number | null, operator: string) =>
    condition(
      name,
      time === null ? null : timestampOf(time),
      (value) => sql`${segments.updatedAt} ${sql.raw(operator)} ${value}`,
      'timestamptz',
    );
  return present([compared('updated_from', from, '>='), compared('updated_until', until, '<')]);
}

function condition(
  name: string,
  value: Given<string>,
  holds: Condition['holds'],
  type: Condition['type'] = 'text',
): Condition | null {
  return value == null ? null : { name, type, value, holds };
}

const present = (conditions: (Condition | null)[]) => conditions.filter((condition) => condition !== null);

/** Escapes a text, so that as a LIKE pattern it matches only itself. */
const literal = (text: string) => text.replaceAll(/[\\%_]/g, '\\$&');
