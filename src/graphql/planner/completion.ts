import {
  GraphQLError,
  type GraphQLLeafType,
  type GraphQLOutputType,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { type Complete, type Execution, failed, isPromise, type Path, pathTo } from './execution.ts';
import { sizeOf, turnDue } from './growth.ts';
import { abstract, type CompletedField, object } from './object-completion.ts';

/** Returns the function that completes values of a type. It is created once for each field of a plan. */
export function completerOf(type: GraphQLOutputType, field: CompletedField): Complete {
  if (isNonNullType(type)) return nonNull(completerOf(type.ofType, field), field);
  const complete = ofNullable(type, field);
  return (value, path, execution) => {
    if (value === null || value === undefined) return null;
    if (value instanceof Error) throw value;
    return complete(value, path, execution);
  };
}

function ofNullable(type: GraphQLOutputType, field: CompletedField): Complete {
  if (isListType(type)) return list(type.ofType, field);
  if (isLeafType(type)) return leaf(type);
  if (isObjectType(type)) return object(type, field);
  if (isAbstractType(type)) return abstract(type, field);
  throw new TypeError(`A value of type ${type} cannot be completed.`);
}

const nonNull =
  (complete: Complete, { coordinate }: CompletedField): Complete =>
  (value, path, execution) => {
    const completed = complete(value, path, execution);
    if (completed !== null) return completed;
    throw new Error(`Cannot return null for non-nullable field ${coordinate}.`);
  };

const leaf =
  (type: GraphQLLeafType): Complete =>
  (value) => {
    const serialized = type.serialize(value);
    if (serialized !== null && serialized !== undefined) return serialized;
    throw new Error(`${type.name} serialized a value as ${serialized}.`);
  };

function list(itemType: GraphQLOutputType, field: CompletedField): Complete {
  const complete = completerOf(itemType, field);
  const { nodes, coordinate } = field;
  const isRequired = isNonNullType(itemType);

  const itemOf = (item: unknown, path: Path, execution: Execution): unknown => {
    try {
      const completed = isPromise(item)
        ? item.then((value) => complete(value, path, execution))
        : complete(item, path, execution);
      if (!isPromise(completed)) return completed;
      return completed.then(undefined, (error) => failed(error, nodes, path, isRequired, execution));
    } catch (error) {
      return failed(error, nodes, path, isRequired, execution);
    }
  };

  return (value, path, execution) => {
    if (!isIterable(value)) {
      throw new GraphQLError(`Expected Iterable, but did not find one for field "${coordinate}".`);
    }
    const values: readonly unknown[] = Array.isArray(value) ? value : [...value];
    const items: unknown[] = [];
    /** Completes the remaining items. If a turn of the event loop is due first, returns the promise to wait for. */
    const goOn = (): Promise<void> | undefined => {
      try {
        while (items.length < values.length) {
          const due = turnDue(execution.growth);
          if (due) return due;
          const item = itemOf(values[items.length], pathTo(path, items.length), execution);
          execution.growth.size += sizeOf(item);
          items.push(item);
        }
        return undefined;
      } catch (error) {
        ignoreFailures(items);
        throw error;
      }
    };
    const due = goOn();
    if (due) return inTurns(items, goOn, due);
    return items.some(isPromise) ? Promise.all(items) : items;
  };
}

/** Completes the items of a list that is too long for one turn of the event loop. */
async function inTurns(
  items: readonly unknown[],
  goOn: () => Promise<void> | undefined,
  first: Promise<void>,
): Promise<unknown[]> {
  for (let due: Promise<void> | undefined = first; due; due = goOn()) {
    ignoreFailures(items); // until all are there and `Promise.all` handles them
    await due;
  }
  return Promise.all(items);
}

const isIterable = (value: unknown): value is Iterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.iterator in value;

/** Handles failures of items for which nobody waits: an unhandled rejection would end the process. */
function ignoreFailures(items: readonly unknown[]): void {
  for (const item of items) if (isPromise(item)) item.then(undefined, () => {});
}
