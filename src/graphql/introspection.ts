import { GraphQLError, NoSchemaIntrospectionCustomRule, type ValidationRule } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** Refuses the field by which a federation router reads the SDL: it tells as much as `__schema`. */
const noService: ValidationRule = (context) => ({
  Field(node) {
    const isService =
      node.name.value === '_service' && context.getParentType() === context.getSchema().getQueryType();
    if (!isService) return;
    context.reportError(
      new GraphQLError(
        'GraphQL introspection has been disabled, but the requested query contained the field "_service".',
        { nodes: node },
      ),
    );
  },
});

/** What no document may hold where the schema is not shown. They look at the whole text, so no directive hides anything. */
export const CLOSED: readonly ValidationRule[] = [NoSchemaIntrospectionCustomRule, noService];

export const useNoIntrospection: Plugin = {
  onValidate({ addValidationRule }) {
    for (const rule of CLOSED) addValidationRule(rule);
  },
};
