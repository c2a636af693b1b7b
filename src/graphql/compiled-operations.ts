import type { ExecutionResult, GraphQLSchema } from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import type { GraphQLParams, Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import type { Context } from '../context.ts';
import { type Cost, costOf } from './cost.ts';
import { overLimit } from './limits.ts';

/**
 * An operation that comes once is not worth compiling; one that comes again will come often. Of one that came once, its
 * text is remembered and nothing else, so that thousands may take turns and still become hot, and none is pushed out by what never is.
 * Both are bounded in operations and in characters; what is compiled is many times its text.
 */
const KEPT = {
  once: { max: 10_000, maxSize: 1024 * 1024 },
  hot: { max: 1_000, maxSize: 512 * 1024 },
};
/** Objects that one operation may give: a hundred full pages. */
const MOST_COST = 10_000;

interface Operation {
  cost: Cost;
  /** Null if it can't be compiled: it is executed as any other. */
  compiled: CompiledQuery | null;
}

type Variables = Readonly<Record<string, unknown>>;

/** Operations that come again, as functions: what a text means for this schema is worked out once (graphql-jit). */
export interface CompiledOperations {
  /** Learns which operations come again, and lets none run that costs more than it may or its caller has left. Only what passed every check of the other plugins is executed, so only that is learnt. */
  plugin: Plugin<Context>;
  /** Runs an operation that came before: undefined if it did not, or if there is more to it than a text and variables. */
  find(
    params: GraphQLParams,
  ): ((variables: Variables, context: Context) => Promise<ExecutionResult>) | undefined;
}

export function compiledOperations(schema: GraphQLSchema): CompiledOperations {
  const sizeCalculation = (_: unknown, key: string) => key.length;
  const once = new LRUCache<string, true>({ ...KEPT.once, sizeCalculation });
  const hot = new LRUCache<string, Operation>({ ...KEPT.hot, sizeCalculation });

  return {
    plugin: {
      async onExecute({ args: { document, operationName, variableValues, contextValue } }) {
        const key = keyOf(document.loc?.source.body ?? '', operationName);
        const cost = hot.get(key)?.cost ?? costOf(schema, document, operationName);
        await admit(cost(variableValues ?? {}), contextValue);
        if (hot.has(key)) return;
        if (!once.has(key)) {
          once.set(key, true);
          return;
        }
        once.delete(key);
        const query = compileQuery(schema, document, operationName ?? undefined);
        hot.set(key, { cost, compiled: isCompiledQuery(query) ? query : null });
      },
    },
    find(params) {
      const operation = isPlain(params) ? hot.get(keyOf(params.query, params.operationName)) : undefined;
      const { cost, compiled } = operation ?? {};
      if (!compiled || !cost) return undefined;
      return async (variables, context) => {
        await admit(cost(variables), context);
        return compiled.query(null, context, variables);
      };
    },
  };
}

/** Throws COST_LIMIT for an operation that costs more than any may, RATE_LIMITED for more than its caller has left. */
async function admit(cost: number, context: Context): Promise<void> {
  if (cost > MOST_COST) {
    const most = MOST_COST.toLocaleString('en');
    throw overLimit(
      'COST_LIMIT',
      `An operation may ask for ${most} objects at most; this one could give ${cost.toLocaleString('en')}.`,
    );
  }
  await context.spend(cost);
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
