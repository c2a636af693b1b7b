import type { Filter, Window } from '../segment-list.ts';
import type { Order } from '../segment-order.ts';
import { type Condition, conditionsOf } from './condition.ts';
import { type Lookup, lookupOf } from './lookup.ts';
import { common, idsOf, type Range, timesOf } from './range.ts';

/**
 * The indexes of an account's segments, by their first column. All of them are then ordered by id. That of members is an index of
 * another table, from which the segments are looked up.
 */
export type Index = Order['field'] | Lookup['index'];

/** Which rows of an index are read, and which conditions they must then meet to match the filter. */
export interface Access {
  index: Index;
  /**
   * Names, criteria or a member that are looked up in the index. The rows of one value are in the order of the ids. Those of several values (as
   * JSON), or in another order, have to be sorted.
   */
  sought: { kind: 'one' | 'each'; text: string } | null;
  /** The order that the range is part of. For a page, it is the order of its rows. */
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

/** Max rows that a bounded page of several values reads: as many as ten of the largest pages. */
const MAX_ROWS = 1_010;

/**
 * Chooses the index that a page is read from. The page is bounded if the index has exactly the rows of the list, in its order. This
 * is so without a filter, for times in the order of those times, for names and criteria in the order of creation, and for one name
 * in the order of names. For several values, the page is merged from one page for each.
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
    // For a single name, the order of names is the order of the ids.
    const ids = { field: 'CREATED_AT' as const, range: idsOf(sought.text, range) };
    return { ...page, ...ids, index, sought, mayScan: !isExact };
  }
  if (order.field !== 'CREATED_AT') return { ...page, index, sought: eachOf(values), mayScan: true };
  return { ...page, index, sought, mayScan: !isExact || values.length * (size + 1) > MAX_ROWS };
}

/**
 * Chooses the index that all segments of a filter are read from, oldest first. Several values are not looked up, because their
 * rows would have to be sorted.
 */
export function accessOfExport(filter: Filter): PageAccess {
  const { range, rest } = timesOf('CREATED_AT', filter);
  const all = { field: 'CREATED_AT' as const, ascending: true, mayScan: true, range };
  const lookup = lookupOf(rest);
  const sought = lookup && soughtOf(lookup);
  if (!lookup || sought?.kind !== 'one') {
    return { ...all, index: 'CREATED_AT', sought: null, conditions: conditionsOf(rest) };
  }
  return { ...all, index: lookup.index, sought, conditions: conditionsOf(lookup.rest) };
}

/** Chooses the index that a count is read from: if the filter allows it, one in which few rows have to be read. */
export function accessOfCount(filter: Filter): Access {
  const lookup = lookupOf(filter);
  const { range, rest } = timesOf('CREATED_AT', lookup ? lookup.rest : {});
  const conditions = conditionsOf(lookup ? rest : filter);
  const index = lookup ? lookup.index : indexFor(filter, conditions);
  return { index, sought: lookup && soughtOf(lookup), field: 'CREATED_AT', range, conditions };
}

function indexFor({ createdAt, updatedAt }: Filter, conditions: readonly Condition[]): Index {
  if (updatedAt && !createdAt) return 'UPDATED_AT';
  // Conditions on names only need the index by name, so the table is not read.
  const isOfNames = conditions.length > 0 && conditions.every(({ name }) => name.startsWith('name_'));
  return isOfNames ? 'NAME' : 'CREATED_AT';
}

function soughtOf({ values }: Lookup): NonNullable<Access['sought']> {
  const [value, ...others] = values;
  return value !== undefined && others.length === 0 ? { kind: 'one', text: value } : eachOf(values);
}

const eachOf = (values: readonly string[]) => ({ kind: 'each' as const, text: JSON.stringify(values) });
