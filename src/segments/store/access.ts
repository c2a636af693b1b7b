import type { Filter, Window } from '../segment-list.ts';
import type { Order } from '../segment-order.ts';
import { type Condition, conditionsOf } from './condition.ts';
import { type Lookup, lookupOf } from './lookup.ts';
import { common, idsOf, type Range, timesOf } from './range.ts';

/** What an account's segments are indexed by; then, in each of the indexes, by id. */
export type Index = Order['field'] | 'CRITERIA';

/** Which rows of an index are read. Those that meet the conditions are the ones that a filter lets through. */
export interface Access {
  index: Index;
  /**
   * Names or criteria that are looked up in the index. Of one, the rows come in the order of the ids; of each of several (as
   * JSON), or in another order, they have to be sorted.
   */
  sought: { kind: 'one' | 'each'; text: string } | null;
  /** The order that the range is part of: of a page, the one it is given in. */
  field: Order['field'];
  range: Range;
  conditions: readonly Condition[];
}

/** How a page is read. */
export interface PageAccess extends Access {
  ascending: boolean;
  /** Whether the page may read many more rows than it returns. */
  mayScan: boolean;
}

/** Rows that a page of several values may read and still count as bounded: as many as ten of the largest pages give. */
const MAX_ROWS = 1_010;

/**
 * Chooses the index that a page is read from. It is bounded if the index holds exactly the rows of the list, in its order:
 * any list without a filter; times in the order of those times; names and criteria in the order of creation; one name in the
 * order of names. Of several values, the page is merged from one page of each.
 */
export function accessOfPage({ order, backward, from, until, size, filter }: Window): PageAccess {
  const ascending = (order.direction === 'ASC') !== backward;
  const { range: times, rest } = timesOf(order.field, filter);
  const range = common(times, ascending ? { low: from, high: until } : { low: until, high: from });
  const lookup = lookupOf(rest);
  const conditions = conditionsOf(lookup?.rest ?? rest);
  const page = { field: order.field, ascending, range, conditions };
  const isExact = conditions.length === 0;
  if (!lookup) return { ...page, index: order.field, sought: null, mayScan: !isExact };

  const { index, values } = lookup;
  const sought = soughtOf(lookup);
  if (index === order.field && sought.kind === 'one') {
    // Of one name, the order of names is that of the ids.
    const ids = { field: 'CREATED_AT' as const, range: idsOf(sought.text, range) };
    return { ...page, ...ids, index, sought, mayScan: !isExact };
  }
  if (order.field !== 'CREATED_AT') return { ...page, index, sought: eachOf(values), mayScan: true };
  return { ...page, index, sought, mayScan: !isExact || values.length * (size + 1) > MAX_ROWS };
}

/** Chooses the index that a count is read from: one in which there is little to read, if the filter allows it. */
export function accessOfCount(filter: Filter): Access {
  const lookup = lookupOf(filter);
  const { range, rest } = timesOf('CREATED_AT', lookup ? lookup.rest : {});
  const conditions = conditionsOf(lookup ? rest : filter);
  const index = lookup ? lookup.index : indexFor(filter, conditions);
  return { index, sought: lookup && soughtOf(lookup), field: 'CREATED_AT', range, conditions };
}

function indexFor({ createdAt, updatedAt }: Filter, conditions: readonly Condition[]): Index {
  if (updatedAt && !createdAt) return 'UPDATED_AT';
  // The index by name holds all that conditions on names look at: the rows themselves are not read.
  const isOfNames = conditions.length > 0 && conditions.every(({ name }) => name.startsWith('name_'));
  return isOfNames ? 'NAME' : 'CREATED_AT';
}

function soughtOf({ values }: Lookup): NonNullable<Access['sought']> {
  const [value, ...others] = values;
  return value !== undefined && others.length === 0 ? { kind: 'one', text: value } : eachOf(values);
}

const eachOf = (values: readonly string[]) => ({ kind: 'each' as const, text: JSON.stringify(values) });
