import { type DocumentNode, type GraphQLSchema, Kind, type OperationDefinitionNode, visit } from 'graphql';

/**
 * The extension of a field of Subscription whose arguments only choose the events. The result of an event does not depend on them,
 * so followers that began after different events can share it.
 */
export const CHOOSES_EVENTS = { choosesEvents: true };

/** The variables on which the result of an event depends, sorted. May contain more if fragments are spread at the root. */
export function variablesOfResults(
  schema: GraphQLSchema,
  { definitions }: DocumentNode,
  { selectionSet }: OperationDefinitionNode,
): string[] {
  const fields = schema.getSubscriptionType()?.getFields() ?? {};
  const fragments = definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const names = new Set<string>();
  for (const part of [...selectionSet.selections, ...fragments]) {
    const choosesEvents =
      part.kind === Kind.FIELD && fields[part.name.value]?.extensions.choosesEvents === true;
    const relevant = choosesEvents ? part.selectionSet : part;
    if (relevant) visit(relevant, { Variable: ({ name }) => void names.add(name.value) });
  }
  return [...names].sort();
}
