import { type SQL, sql } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import type { Filter } from '../segment-list.ts';
import { type Condition, conditionsOf } from './condition.ts';

/** Filters can be combined in thousands of ways: the statements of rare combinations are forgotten. */
const MOST_SHAPES = 500;
/** A connection keeps a named statement for good, so only those with so many conditions at most get a name. */
const MOST_NAMED_CONDITIONS = 1;

type Load<Call, Result> = (call: Call) => Promise<Result>;

/**
 * One loader for each shape that a statement can take: calls of one shape differ only in their values and
 * share a statement. `make` is given the name to prepare it under, empty for one not worth keeping.
 */
export function loaderOfShape<Call extends { filter: Filter }, Result>(
  shapeOf: (call: Call) => string,
  make: (call: Call, name: string) => Load<Call, Result>,
): Load<Call, Result> {
  const loaders = new LRUCache<string, Load<Call, Result>>({ max: MOST_SHAPES });

  return (call) => {
    const conditions = conditionsOf(call.filter);
    const shape = [shapeOf(call), ...conditions.map(({ name }) => name)].join('_');
    const known = loaders.get(shape);
    if (known) return known(call);
    const load = make(call, conditions.length <= MOST_NAMED_CONDITIONS ? shape : '');
    loaders.set(shape, load);
    return load(call);
  };
}

/** The columns that conditions add to a batch. */
export const columnsOf = (conditions: readonly Condition[]) =>
  Object.fromEntries(conditions.map(({ name, type }) => [name, type]));

/** The values that a batch's calls give to those columns. */
export function valuesOf(calls: readonly { filter: Filter }[]): Record<string, string[]> {
  const values: Record<string, string[]> = {};
  for (const { filter } of calls) {
    for (const { name, value } of conditionsOf(filter)) {
      values[name] ??= [];
      values[name].push(value);
    }
  }
  return values;
}

/** That each condition holds against the value of the call in hand. */
export const allHold = (conditions: readonly Condition[]): SQL[] =>
  conditions.map(({ name, holds }) => holds(sql`wanted.${sql.identifier(name)}`));
