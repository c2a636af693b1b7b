import { type DocumentNode, GraphQLError, Kind, OperationTypeNode, type SelectionSetNode } from 'graphql';
import { CONDITIONS, fragmentsOf } from '../planner/document.ts';

/**
 * Refuses subscriptions whose root field depends on `@skip` or `@include`, as the specification of September 2025 does (section
 * 5.2.4.1). graphql-js only fails when it executes one that has no field left.
 */
export function conditionalSubscriptions(document: DocumentNode): GraphQLError[] {
  const fragments = fragmentsOf(document);
  const seen = new Set<string>();
  const isConditional = ({ selections }: SelectionSetNode): boolean =>
    selections.some((selection) => {
      if (selection.directives?.some(({ name }) => CONDITIONS.has(name.value))) return true;
      if (selection.kind === Kind.INLINE_FRAGMENT) return isConditional(selection.selectionSet);
      const { name } = selection;
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments[name.value] : undefined;
      if (!fragment || seen.has(name.value)) return false;
      seen.add(name.value);
      return isConditional(fragment.selectionSet);
    });
  return document.definitions.flatMap((definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION) return [];
    if (definition.operation !== OperationTypeNode.SUBSCRIPTION) return [];
    seen.clear();
    return isConditional(definition.selectionSet) ? [conditional()] : [];
  });
}

const conditional = () =>
  new GraphQLError('The field of a subscription cannot depend on `@skip` or `@include`.', {
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED', http: { spec: true, status: 400 } },
  });
