import {
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLSchema,
  getNullableType,
  isListType,
  Kind,
  type ValueNode,
} from 'graphql';
import { operationOf } from '../planner/document.ts';
import { contentsOf, type Part } from './contents.ts';

type Variables = Readonly<Record<string, unknown>>;

/** What an operation may ask for, with the variables of one request. */
export interface Cost {
  /** The objects that it may give, at least 1: what it may spend. */
  points: number;
  /** The bytes that its answer can have at most, were every text as long as it may be, and each character escaped. */
  bytes: number;
}

/** Scalars of an object that count as one object. An edge with all fields of its node, cursors and type names has ten. */
export const SCALARS_PER_POINT = 20;

/** What `@listSize` says of a field. */
interface ListSize {
  assumedSize: number;
  slicingArguments: readonly string[];
  /** The fields within that are lists of that size; all of them where it is left out. */
  sizedFields?: readonly string[];
}

/**
 * The cost of an operation by GitHub's rule: every list that it asks for counts as many objects as it is asked to
 * have, times those of the list it stands in. An object counts once for every twenty scalars that are selected of it, so that
 * aliases of its fields are not free. What stands in variables is read anew for each request, so `first: $n` costs what the
 * same number in the text does; the rest is worked out once. What `@skip` leaves out counts too.
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

/** How many objects a field gives. */
type Count = (variables: Variables) => number;

/** How many objects a field gives, and in which of its fields; null where it only leads on to others. */
function countOf(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
): { count: Count; sizedFields?: readonly string[] | undefined } | null {
  const listSize = listSizeOf(field);
  const given = (name: string) => node.arguments?.find((argument) => argument.name.value === name)?.value;
  if (listSize) {
    const { assumedSize, slicingArguments, sizedFields } = listSize;
    const slices = slicingArguments.flatMap((name) => given(name) ?? []);
    const count: Count = (variables) => {
      const sizes = slices.map((value) => literalOf(value, variables)).filter(isSize);
      return sizes.length > 0 ? Math.max(...sizes) : assumedSize;
    };
    return { count, sizedFields };
  }
  const keys = field.args.find(({ type }) => isListType(getNullableType(type)));
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

/** A variable can hold anything here: the cost is known before variables are coerced. */
const isSize = (value: unknown): value is number => typeof value === 'number' && value > 0;

function listSizeOf({ extensions }: GraphQLField<unknown, unknown>): ListSize | undefined {
  const { directives = [] } = extensions as { directives?: { name: string; args: ListSize }[] };
  return directives.find(({ name }) => name === 'listSize')?.args;
}

/** The value of a number, a list or a variable; undefined for any other. */
function literalOf(value: ValueNode, variables: Variables): unknown {
  if (value.kind === Kind.VARIABLE) return variables[value.name.value];
  if (value.kind === Kind.INT) return Number(value.value);
  return value.kind === Kind.LIST ? value.values : undefined;
}
