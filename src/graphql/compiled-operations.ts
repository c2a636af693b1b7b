import type { GraphQLSchema } from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import type { GraphQLParams, Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';

/** An operation that comes once is not worth compiling; one that comes again will come often. */
const HOT = 2;
/** What is kept: so many operations, of so many characters together. A compiled one is many times its text. */
const KEPT = { max: 1_000, maxSize: 1024 * 1024 };

interface Operation {
  uses: number;
  /** Null if it can't be compiled: it is executed as any other. */
  compiled?: CompiledQuery | null;
}

/** Operations that come again, as functions: what a text means for this schema is worked out once (graphql-jit). */
export interface CompiledOperations {
  /** Learns which operations come again. Only what passed every check of the other plugins is executed, so only that is learnt. */
  plugin: Plugin;
  /** The function of an operation that came before: undefined if it did not, or if there is more to it than a text and variables. */
  find(params: GraphQLParams): CompiledQuery | undefined;
}

export function compiledOperations(): CompiledOperations {
  const operations = new LRUCache<string, Operation>({ ...KEPT, sizeCalculation: (_, key) => key.length });

  return {
    plugin: {
      onExecute({ args: { schema, document, operationName } }) {
        const text = document.loc?.source.body;
        if (text === undefined) return;
        const key = keyOf(text, operationName);
        const operation = operations.get(key) ?? { uses: 0 };
        operations.set(key, operation);
        operation.uses += 1;
        if (operation.uses < HOT || operation.compiled !== undefined) return;
        const query = compileQuery(schema as GraphQLSchema, document, operationName ?? undefined);
        operation.compiled = isCompiledQuery(query) ? query : null;
      },
    },
    find(params) {
      if (!isPlain(params)) return undefined;
      return operations.get(keyOf(params.query, params.operationName))?.compiled ?? undefined;
    },
  };
}

/** No text of an operation can hold U+0000, so no two operations share a key. */
const keyOf = (text: string, operationName: string | null | undefined): string =>
  operationName ? `${text}\u0000${operationName}` : text;

const PLAIN = new Set(['query', 'operationName', 'variables']);

/** Whether parameters are a text, perhaps a name and variables, and nothing that a plugin might want to see. */
function isPlain(params: GraphQLParams): params is GraphQLParams & { query: string } {
  if (typeof params !== 'object' || params === null) return false;
  for (const name in params) if (!PLAIN.has(name)) return false;
  const { query, operationName, variables } = params;
  if (typeof query !== 'string' || typeof (operationName ?? '') !== 'string') return false;
  return typeof (variables ?? {}) === 'object' && !Array.isArray(variables);
}
