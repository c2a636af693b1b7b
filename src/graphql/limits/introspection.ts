import {
  type DocumentNode,
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  type ValidationRule,
  validate,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** Refuses `_service`, by which a federation router reads the SDL, because it reveals as much as `__schema`. */
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

/** The rules that hide the schema. They check the whole document, so that no directive can hide a field from them. */
const CLOSED: readonly ValidationRule[] = [NoSchemaIntrospectionCustomRule, noService];

/** Refuses documents that request the schema, before they are validated. */
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
