import {
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isListType,
  isObjectType,
  Kind,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { operationOf } from './engine/document.ts';

type Variables = Readonly<Record<string, unknown>>;

/** How many objects an operation may give. At least 1. */
export type Cost = (variables: Variables) => number;

/** What `@listSize` says of a field. */
interface ListSize {
  assumedSize: number;
  slicingArguments: readonly string[];
}

/**
 * The cost of an operation by GitHub's rule: every list that it asks for counts as many objects as it is asked to
 * have, times those of the list it stands in. What stands in variables is read anew for each request, so
 * `first: $n` costs what the same number in the text does; the rest is worked out once. What `@skip` leaves out counts too.
 */
export function costOf(schema: GraphQLSchema, document: DocumentNode, operationName?: string | null): Cost {
  const operation = operationOf(document, operationName);
  const root = operation && schema.getRootType(operation.operation);
  if (!operation || !root) return () => 1;

  const defaults: Variables = Object.fromEntries(
    (operation.variableDefinitions ?? []).map(({ variable, defaultValue }) => [
      variable.name.value,
      defaultValue && literalOf(defaultValue, {}),
    ]),
  );
  const lists = listsOf(schema, document, operation.selectionSet, root.name);
  return (variables) => Math.max(1, total(lists, { ...defaults, ...variables }));
}

/** A field that gives objects, and those within it. */
interface List {
  size(variables: Variables): number;
  within: List[];
}

const total = (lists: readonly List[], variables: Variables): number =>
  lists.reduce((sum, { size, within }) => sum + size(variables) * (1 + total(within, variables)), 0);

function listsOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  { selections }: SelectionSetNode,
  typeName: string,
): List[] {
  return selections.flatMap((selection): List[] => {
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      return listsOf(
        schema,
        document,
        selection.selectionSet,
        selection.typeCondition?.name.value ?? typeName,
      );
    }
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = document.definitions.find(
        (each) => each.kind === Kind.FRAGMENT_DEFINITION && each.name.value === selection.name.value,
      );
      if (fragment?.kind !== Kind.FRAGMENT_DEFINITION) return [];
      return listsOf(schema, document, fragment.selectionSet, fragment.typeCondition.name.value);
    }
    const type = schema.getType(typeName);
    const field = isObjectType(type) ? type.getFields()[selection.name.value] : undefined;
    if (!field || !selection.selectionSet) return [];
    const within = listsOf(schema, document, selection.selectionSet, getNamedType(field.type).name);
    const size = sizeOf(field, selection);
    return size ? [{ size, within }] : within;
  });
}

/** How many objects a field gives: null where it only leads on to others. */
function sizeOf(field: GraphQLField<unknown, unknown>, node: FieldNode): List['size'] | null {
  const listSize = listSizeOf(field);
  const given = (name: string) => node.arguments?.find((argument) => argument.name.value === name)?.value;
  if (listSize) {
    const { assumedSize, slicingArguments } = listSize;
    const slices = slicingArguments.flatMap((name) => given(name) ?? []);
    return (variables) => {
      const sizes = slices.map((value) => literalOf(value, variables)).filter(isSize);
      return sizes.length > 0 ? Math.max(...sizes) : assumedSize;
    };
  }
  const keys = field.args.find(({ type }) => isListType(getNullableType(type)));
  if (keys) {
    const value = given(keys.name);
    return (variables) => {
      const list = value && literalOf(value, variables);
      return Array.isArray(list) ? list.length : 1;
    };
  }
  return field.args.length > 0 ? () => 1 : null;
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
