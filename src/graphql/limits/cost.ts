import {
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isListType,
  Kind,
  type ValueNode,
} from 'graphql';
import { operationOf } from '../planner/document.ts';
import { contentsOf, type Part } from './contents.ts';
import type { SizedByInput } from './field-size.ts';

type Variables = Readonly<Record<string, unknown>>;

/** The cost of an operation with the variables of one request. */
export interface Cost {
  /** Max objects that it can return, at least 1. This is what its caller is charged. */
  points: number;
  /** Max bytes of its answer, which are reached if every text has its max length and every character is escaped. */
  bytes: number;
}

/** Selected scalars of an object that cost one point. An edge with all fields, including those of its node, has ten. */
export const SCALARS_PER_POINT = 20;

/** The arguments of a field's `@listSize`. */
interface ListSize {
  assumedSize: number;
  /** The arguments that say how many objects to return. If omitted, the assumed size always counts. */
  slicingArguments?: readonly string[];
  /** The subfields that are lists of this size. If omitted, all are. */
  sizedFields?: readonly string[];
}

/**
 * Returns the function that computes the cost of an operation for the variables of a request. As in GitHub's API, a list
 * counts as many objects as are requested, times those of the list that contains it. An object costs one point for every
 * twenty scalars that are selected of it, so that aliases are not free. `first: $n` costs the same as the number itself.
 * Fields that `@skip` leaves out cost the same as others.
 */
export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName?: string | null,
): (variables: Variables) => Cost {
  const operation = operationOf(document, operationName);
  const root = operation && schema.getRootType(operation.operation);
  if (!operation || !root) return () => ({ points: 1, bytes: 0 });

  const defaults: Variables = Object.fromEntries(
    (operation.variableDefinitions ?? []).map(({ variable, defaultValue }) => [
      variable.name.value,
      defaultValue && literalOf(defaultValue, {}),
    ]),
  );
  const whole = contentsOf(schema, document, countOf, [[operation.selectionSet, root.name]]);
  return (variables) => {
    const given = { ...defaults, ...variables };
    const { points, bytes } = sum(whole.within, given);
    return { points: Math.max(1, points), bytes: whole.bytes + bytes };
  };
}

function sum(parts: readonly Part<Count>[], variables: Variables): Cost {
  let points = 0;
  let bytes = 0;
  for (const { count, contents } of parts) {
    const objects = count(variables);
    const within = sum(contents.within, variables);
    points += objects * (Math.max(1, Math.ceil(contents.scalars / SCALARS_PER_POINT)) + within.points);
    bytes += objects * (contents.bytes + within.bytes);
  }
  return { points, bytes };
}

/** Returns how many objects a field returns. */
type Count = (variables: Variables) => number;

/** Returns how many objects a field returns, and in which of its fields; null if the field only contains others. */
function countOf(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
): { count: Count; sizedFields?: readonly string[] | undefined } | null {
  const listSize = listSizeOf(field);
  const given = (name: string) => node.arguments?.find((argument) => argument.name.value === name)?.value;
  if (listSize) {
    const { assumedSize, slicingArguments = [], sizedFields } = listSize;
    const slices = slicingArguments.flatMap((name) => given(name) ?? []);
    const count: Count = (variables) => {
      const sizes = slices.map((value) => literalOf(value, variables)).filter(isSize);
      return sizes.length > 0 ? Math.max(...sizes) : assumedSize;
    };
    return { count, sizedFields };
  }
  const sized = sizeOfInput(field);
  if (sized) {
    const { argument, list, sizedFields } = sized;
    const count: Count = (variables) => {
      const entries = entryOf(given(argument), list, variables);
      return Array.isArray(entries) ? entries.length : 1;
    };
    return { count, sizedFields };
  }
  const keys = field.args.find(
    ({ type }) => isListType(getNullableType(type)) && !isEnumType(getNamedType(type)),
  );
  if (keys) {
    const value = given(keys.name);
    const count: Count = (variables) => {
      const list = value && literalOf(value, variables);
      return Array.isArray(list) ? list.length : 1;
    };
    return { count };
  }
  return field.args.length > 0 ? { count: () => 1 } : null;
}

/** A variable can have any value here, because the cost is computed before variables are coerced. */
const isSize = (value: unknown): value is number => typeof value === 'number' && value > 0;

function listSizeOf({ extensions }: GraphQLField<unknown, unknown>): ListSize | undefined {
  const { directives = [] } = extensions as { directives?: { name: string; args: ListSize }[] };
  return directives.find(({ name }) => name === 'listSize')?.args;
}

const sizeOfInput = ({ extensions }: GraphQLField<unknown, unknown>): SizedByInput | undefined =>
  (extensions as { sizedByInput?: SizedByInput }).sizedByInput; // which only `sizedByInput` sets

/** The value of an entry of an object, which can be a variable itself or contain some. */
function entryOf(value: ValueNode | undefined, name: string, variables: Variables): unknown {
  if (value?.kind === Kind.OBJECT) {
    const entry = value.fields.find((field) => field.name.value === name)?.value;
    return entry && literalOf(entry, variables);
  }
  const object = value && literalOf(value, variables);
  return typeof object === 'object' && object !== null ? (object as Variables)[name] : undefined;
}

/** The value of a number, a list or a variable; undefined for anything else. */
function literalOf(value: ValueNode, variables: Variables): unknown {
  if (value.kind === Kind.VARIABLE) return variables[value.name.value];
  if (value.kind === Kind.INT) return Number(value.value);
  return value.kind === Kind.LIST ? value.values : undefined;
}
