import type { Filter } from '../segment-list.ts';

/** Names or criteria that must match exactly, or a customer who is a member. Each of them is a range of an index. */
export interface Lookup {
  index: 'NAME' | 'CRITERIA' | 'MEMBER';
  /** Without duplicates. */
  values: readonly string[];
  /** The rest of the filter. */
  rest: Filter;
}

/** Returns the lookup of a member, or the one with the fewest values that a filter allows; null if it allows none. */
export function lookupOf(filter: Filter): Lookup | null {
  if (filter.member != null)
    return { index: 'MEMBER', values: [filter.member], rest: { ...filter, member: null } };
  const [byName, byCriteria] = [lookupBy('name', filter), lookupBy('criteria', filter)];
  if (!byName || !byCriteria) return byName ?? byCriteria;
  return byCriteria.values.length < byName.values.length ? byCriteria : byName;
}

const INDEXES = { name: 'NAME', criteria: 'CRITERIA' } as const;

function lookupBy(property: 'name' | 'criteria', filter: Filter): Lookup | null {
  const { eq, in: oneOf } = filter[property] ?? {};
  const index = INDEXES[property];
  const without = (given: 'eq' | 'in') => ({ ...filter, [property]: { ...filter[property], [given]: null } });
  if (eq != null) return { index, values: [eq], rest: without('eq') };
  return oneOf == null ? null : { index, values: [...new Set(oneOf)], rest: without('in') };
}
