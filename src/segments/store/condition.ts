import { type SQL, sql } from 'drizzle-orm';
import { segments } from '../../database/tables/segments.ts';
import { type TimeRange, timestampOf } from '../../values/moment.ts';
import { idPrefix } from '../segment-id.ts';
import type { Filter } from '../segment-list.ts';
import { isRepetitive } from './repetition.ts';

/** One condition of a filter: its name and SQL, the same for every call that has it, and this call's value. */
export interface Condition {
  name: string;
  type: 'text' | 'timestamptz';
  value: string;
  holds(value: SQL): SQL;
}

type TextFilter = NonNullable<Filter['name']>;
type Given<Value> = Value | null | undefined;

/** The conditions of a filter, always in one order: two filters alike share a statement. */
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
  // The pattern does not depend on the row: in a subquery, it is folded once for all of them.
  const text = () => folded(sql`${column} collate "default"`); // made only for a statement that is new
  const alike = (pattern: SQL) => sql`${text()} like (select ${folded(pattern)})`;
  // `***=` makes the rest of a regular expression literal. Postgres runs one in linear time, which LIKE takes only for texts
  // that do not repeat themselves; for those, LIKE is several times faster.
  const within = (sought: SQL) => sql`${text()} ~ (select '***=' || ${folded(sought)})`;
  const isSlow = contains != null && isRepetitive(contains);
  return present([
    condition(`${property}_eq`, eq, (value) => sql`${column} = ${value}`),
    // An array of arrays would be flattened by unnest: the values of one call travel as JSON.
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
 * A text without its case, in the locale of the database ("C" would only know A to Z). Both ways are needed: `lower` has two
 * small sigmas, and `upper` two capital sharp s. Where the locale knows them all, as ICU's do, "ß" is also like "SS".
 */
const folded = (text: SQL) => sql`upper(lower(${text}))`;

/** An id begins with its milliseconds, so a range of time is a range of the primary key, read from its very end. */
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

/** A text as a LIKE pattern that matches it and nothing else. */
const literal = (text: string) => text.replaceAll(/[\\%_]/g, '\\$&');
