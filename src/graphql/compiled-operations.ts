import type { DocumentNode, GraphQLSchema } from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import type { Plugin } from 'graphql-yoga';

/** An operation that comes once is not worth compiling; one that comes again will come often. */
const HOT = 2;

interface Operation {
  uses: number;
  /** Null if it can't be compiled: it is executed as any other. */
  compiled?: CompiledQuery | null;
}

/**
 * Executes operations that come again as compiled functions (graphql-jit): what a document means for this schema
 * is worked out once. They live as long as their document stays in Yoga's cache of parsed documents.
 */
export function useCompiledOperations(): Plugin {
  const documents = new WeakMap<DocumentNode, Map<string, Operation>>();

  function operationOf(document: DocumentNode, name: string): Operation {
    const operations = documents.get(document) ?? new Map<string, Operation>();
    documents.set(document, operations);
    const operation = operations.get(name) ?? { uses: 0 };
    operations.set(name, operation);
    return operation;
  }

  return {
    onExecute({ args, setExecuteFn }) {
      const { schema, document, operationName } = args;
      const operation = operationOf(document, operationName ?? '');
      operation.uses += 1;
      if (operation.uses < HOT) return;
      if (operation.compiled === undefined) operation.compiled = compiled(schema, document, operationName);
      const { compiled: ready } = operation;
      if (ready)
        setExecuteFn(({ contextValue, variableValues }) =>
          ready.query(null, contextValue, variableValues ?? {}),
        );
    },
  };
}

function compiled(schema: GraphQLSchema, document: DocumentNode, name?: string | null): CompiledQuery | null {
  const query = compileQuery(schema, document, name ?? undefined);
  return isCompiledQuery(query) ? query : null;
}
