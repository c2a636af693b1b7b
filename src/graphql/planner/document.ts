import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  visit,
} from 'graphql';

/**
 * Returns the operation that a request names, or the only one if it names none. Returns undefined if there is no such
 * operation. An empty name counts as a name, and no operation has it.
 */
export function operationOf(
  { definitions }: DocumentNode,
  operationName: string | null | undefined,
): OperationDefinitionNode | undefined {
  const operations = definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
  if (operationName !== null && operationName !== undefined) {
    return operations.find(({ name }) => name?.value === operationName);
  }
  return operations.length === 1 ? operations[0] : undefined;
}

export type Fragments = Readonly<Record<string, FragmentDefinitionNode>>;

/** The fragments of a document by name. The object has no prototype, because a fragment can be named `__proto__`. */
export function fragmentsOf({ definitions }: DocumentNode): Fragments {
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null);
  for (const each of definitions) {
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments[each.name.value] = each;
  }
  return fragments;
}

/** Whether any operation or fragment of a document requests the schema. */
export function isIntrospection(document: DocumentNode): boolean {
  let isFound = false;
  visit(document, {
    Field({ name }) {
      isFound ||= name.value === SchemaMetaFieldDef.name || name.value === TypeMetaFieldDef.name;
    },
  });
  return isFound;
}

/** The directives that decide whether a part of an operation is executed. */
export const CONDITIONS: ReadonlySet<string> = new Set([
  GraphQLSkipDirective.name,
  GraphQLIncludeDirective.name,
]);

/** The variables that `@skip` and `@include` use in an operation and in the fragments that it spreads. */
export function conditionsOf(document: DocumentNode, operation: OperationDefinitionNode): string[] {
  const fragments = fragmentsOf(document);
  const read = new Set<string>();
  const spread = new Set<string>();
  const look = (definition: OperationDefinitionNode | FragmentDefinitionNode) =>
    visit(definition, {
      Directive({ name, arguments: given = [] }) {
        if (!CONDITIONS.has(name.value)) return;
        for (const { value } of given) if (value.kind === Kind.VARIABLE) read.add(value.name.value);
      },
      FragmentSpread({ name }) {
        const fragment = fragments[name.value];
        if (!fragment || spread.has(name.value)) return;
        spread.add(name.value);
        look(fragment);
      },
    });
  look(operation);
  return [...read];
}
