import type { Window } from '../segment-list.ts';
import { conditionsOf } from './condition.ts';

/** How statements that may scan are sent: one call each. Two together could take longer than a statement may. */
export const ALONE = { largest: 1, shared: 0 };

/** Conditions that narrow the range of the index that an order reads, or of one that gives the same order. */
const RANGES: Record<Window['order']['field'], ReadonlySet<string>> = {
  CREATED_AT: new Set(['name_eq', 'created_from', 'created_until']),
  UPDATED_AT: new Set(['updated_from', 'updated_until']),
  NAME: new Set(['name_eq']),
};

/** Whether listing a page may read many more segments than it gives. All lists of one shape have the same answer. */
export const mayScan = ({ order, filter }: Pick<Window, 'order' | 'filter'>): boolean =>
  conditionsOf(filter).some(({ name }) => !RANGES[order.field].has(name));
