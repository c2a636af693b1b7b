import { LRUCache } from 'lru-cache';
import type { Access } from './access.ts';

/** Filters can be combined in thousands of ways: the statements of rare combinations are forgotten. */
const MAX_SHAPES = 500;
/** A connection keeps a named statement for good, so only those with so many conditions at most get a name. */
const MAX_NAMED_CONDITIONS = 1;
/** Postgres cuts longer names off, which could make two of them one. */
const MAX_NAME = 63;

type Load<Call, Result> = (call: Call) => Promise<Result>;

/**
 * One loader for each shape that a statement can take: calls of one shape differ only in their values and
 * share a statement. `make` is given the name to prepare it under, empty for one not worth keeping.
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

/** What the statements of two calls have to share. */
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
