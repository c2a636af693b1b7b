import { LRUCache } from 'lru-cache';
import type { Access } from './access.ts';

/** Max shapes to keep. Filters can be combined in thousands of ways, and the statements of rare combinations are dropped. */
const MAX_SHAPES = 500;
/** Max conditions of a statement that gets a name, because a connection keeps named statements as long as it is open. */
const MAX_NAMED_CONDITIONS = 1;
/** Postgres truncates longer names, so two of them could become the same. */
const MAX_NAME = 63;

type Load<Call, Result> = (call: Call) => Promise<Result>;

/**
 * Makes one loader for each shape of a statement. Calls of the same shape differ only in their values and share a statement. `make`
 * gets the name under which to prepare it, which is empty if it is not worth keeping.
 */
export function loaderOfShape<Call extends Access, Result>(
  nameOf: (call: Call) => string,
  make: (call: Call, name: string) => Load<Call, Result>,
): Load<Call, Result> {
  const loaders = new LRUCache<string, Load<Call, Result>>({ max: MAX_SHAPES });

  return (call) => {
    const shape = [nameOf(call), ...partsOf(call)].join('_');
    const known = loaders.get(shape);
    if (known) return known(call);
    const load = make(call, isCommon(call) && shape.length <= MAX_NAME ? shape : '');
    loaders.set(shape, load);
    return load(call);
  };
}

/** The parts of a shape. Two calls share a statement if all of them are equal. */
const partsOf = ({ index, field, sought, range: { low, high }, conditions }: Access): string[] => [
  index,
  ...(sought ? [sought.kind] : []),
  ...(field !== index ? [field] : []),
  ...(low ? [low.included ? 'from' : 'after'] : []),
  ...(high ? [high.included ? 'until' : 'before'] : []),
  ...conditions.map(({ name }) => name),
];

const isCommon = ({ range: { low, high }, conditions }: Access): boolean =>
  conditions.length <= MAX_NAMED_CONDITIONS && !(low && high) && !low?.included && !high?.included;
