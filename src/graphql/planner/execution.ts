import { type FieldNode, type GraphQLError, locatedError } from 'graphql';
import { ResponseTooLarge } from '../../errors/refusals.ts';
import { checkSize, type Growth, SIZE_OF_ERROR, sizeOf, WORK_OF } from './growth.ts';

export type Variables = Readonly<Record<string, unknown>>;

/** The position of a value in the response: its key, and the path of its parent. It has the form of `info.path`. */
export interface Path {
  readonly prev: Path | undefined;
  readonly key: string | number;
  readonly typename: string | undefined;
}

/** One run of a planned operation. */
export interface Execution {
  readonly context: unknown;
  readonly variables: Variables;
  readonly errors: GraphQLError[];
  /** The positions at which an error caused a null. Undefined stands for the whole of `data`. */
  readonly nulled: Set<Path | undefined>;
  readonly growth: Growth;
}

/** A field of an object. `run` returns its value or a promise of it. If it throws, the object is null. */
export interface PlannedField {
  readonly responseName: string;
  /** Characters of its entry in the object, without the value. */
  readonly size: number;
  run(source: unknown, parent: Path | undefined, execution: Execution): unknown;
}

/**
 * Converts the value that a resolver returned to the value in the response, or to a promise of it (GraphQL, section 6.4.3).
 * Throws if the value does not fit its type.
 */
export type Complete = (value: unknown, path: Path, execution: Execution) => unknown;

export const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';

export const pathTo = (prev: Path | undefined, key: string | number, typename?: string): Path => ({
  prev,
  key,
  typename,
});

function keysOf(path: Path): (string | number)[] {
  const keys: (string | number)[] = [];
  for (let at: Path | undefined = path; at; at = at.prev) keys.push(at.key);
  return keys.reverse();
}

/**
 * Handles the failure of a field or list item (GraphQL, section 6.4.4). If it is nullable, the error is recorded and the
 * value is null. Otherwise, the error is thrown to the parent. RESPONSE_TOO_LARGE is always thrown and ends the execution.
 */
export function failed(
  error: unknown,
  nodes: readonly FieldNode[],
  path: Path,
  isNonNull: boolean,
  execution: Execution,
): null {
  if (error instanceof ResponseTooLarge) throw error;
  const located = locatedError(error, nodes, keysOf(path));
  if (isNonNull) throw located;
  noteError(execution, located, path);
  checkSize(execution.growth);
  return null;
}

/** Records an error, unless its position or a parent is already null: the response has one error for each null. */
export function noteError(
  { errors, nulled, growth }: Execution,
  error: GraphQLError,
  path: Path | undefined,
): void {
  if (nulled.has(undefined)) return;
  for (let at = path; at; at = at.prev) if (nulled.has(at)) return;
  nulled.add(path);
  errors.push(error);
  growth.size += SIZE_OF_ERROR;
  growth.work += WORK_OF.error;
}

type Results = Record<string, unknown>;

/**
 * The constructor of objects in a response. They inherit nothing, so `__proto__` can be an alias. Unlike objects of
 * `Object.create(null)`, they have a hidden class in V8, so that they are filled faster.
 */
function ResultObject() {}
ResultObject.prototype = Object.create(null);
const newResults = (): Results => new (ResultObject as unknown as new () => Results)(); // TypeScript requires a class here

/** Executes the fields of an object concurrently (GraphQL, section 6.3.3). Throws RESPONSE_TOO_LARGE. */
export function executeFields(
  fields: readonly PlannedField[],
  source: unknown,
  path: Path | undefined,
  execution: Execution,
): unknown {
  const results = newResults();
  const { growth } = execution;
  checkSize(growth);
  growth.work += fields.length;
  let size = 0;
  let pending: string[] | undefined;
  try {
    for (const field of fields) {
      const value = field.run(source, path, execution);
      results[field.responseName] = value;
      size += field.size;
      if (!isPromise(value)) size += sizeOf(value);
      else if (pending) pending.push(field.responseName);
      else pending = [field.responseName];
    }
  } catch (error) {
    if (!pending) throw error;
    // The fields that have started continue. Without a handler, a second failure would end the process.
    return settled(results, pending, growth).finally(() => {
      throw error;
    });
  }
  growth.size += size;
  return pending ? settled(results, pending, growth) : results;
}

/** Executes the fields of Mutation, one after another (GraphQL, section 6.3.4). */
export async function executeSerially(
  fields: readonly PlannedField[],
  source: unknown,
  path: Path | undefined,
  execution: Execution,
): Promise<Results> {
  const results = newResults();
  for (const field of fields) results[field.responseName] = await field.run(source, path, execution);
  return results;
}

async function settled(results: Results, pending: readonly string[], growth: Growth): Promise<Results> {
  const [first = ''] = pending;
  const only = pending.length === 1 && results[first]; // saves a promise
  const values = only ? [await only] : await Promise.all(pending.map((name) => results[name]));
  for (const [i, name] of pending.entries()) {
    results[name] = values[i];
    growth.size += sizeOf(values[i]);
  }
  return results;
}
