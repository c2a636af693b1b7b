import {
  type DocumentNode,
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  type ValidationRule,
  validate,
} from 'graphql';
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
const CLOSED: readonly ValidationRule[] = [NoSchemaIntrospectionCustomRule, noService];

/** Refuses a document that asks for the schema, before anything else of it is validated. */
export function useNoIntrospection(): Plugin {
  const refused = new WeakMap<DocumentNode, readonly GraphQLError[]>();

  return {
    onValidate({ params: { schema, documentAST }, setResult }) {
      const errors = refused.get(documentAST) ?? validate(schema, documentAST, CLOSED, { maxErrors: 1 });
      refused.set(documentAST, errors);
      if (errors.length > 0) setResult(errors.slice(0, 1));
    },
  };
}
