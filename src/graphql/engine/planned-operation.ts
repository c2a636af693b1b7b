import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLError,
  type GraphQLSchema,
  OperationTypeNode,
} from 'graphql';
import { conditionsOf, fragmentsOf, isIntrospection, operationOf } from './document.ts';
import {
  type Execution,
  executeFields,
  executeSerially,
  noteError,
  type PlannedField,
  type Variables,
} from './execution.ts';
import { rootFields } from './selection.ts';
import { MAX_COERCION_ERRORS, variableCoercion } from './variable-values.ts';

/** Runs an operation with the variables of one request, which are not coerced yet. What fails stands in `errors`. */
export type RunOperation = (
  given: Variables | null | undefined,
  context: unknown,
) => Promise<ExecutionResult>;

/** How many plans are kept of an operation, one for each combination of its conditions. graphql-js executes any others. */
export const MAX_PLANS = 8;

/**
 * Plans an operation of a valid document: what is the same for each request is worked out once. Its results equal those
 * of graphql-js' `execute`, except for the wording of three faults of the schema itself.
 * Null for what graphql-js should execute: an operation that is not in the document, a subscription, or introspection.
 */
export function plannedOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
): RunOperation | null {
  const operation = operationOf(document, operationName);
  const root = operation && schema.getRootType(operation.operation);
  if (!root || operation.operation === OperationTypeNode.SUBSCRIPTION || isIntrospection(document))
    return null;

  const fragments = fragmentsOf(document);
  const names = conditionsOf(document, operation);
  const plans = new Map<string, readonly PlannedField[]>();
  const planFor = (variables: Variables): readonly PlannedField[] | undefined => {
    const values = names.map((name) => variables[name]);
    if (!values.every((value) => typeof value === 'boolean')) return undefined;
    const key = values.join();
    const known = plans.get(key);
    if (known) return known;
    if (plans.size === MAX_PLANS) return undefined;
    const conditions = Object.fromEntries(names.map((name, i) => [name, values[i]]));
    const plan = rootFields({ schema, fragments, operation, conditions }, root);
    plans.set(key, plan);
    return plan;
  };
  const run = operation.operation === OperationTypeNode.MUTATION ? executeSerially : executeFields;
  const coerce = variableCoercion(schema, operation.variableDefinitions ?? []);

  return async (given, context) => {
    const { coerced, errors } = coerce(given ?? {});
    if (errors) return { errors };
    const plan = planFor(coerced);
    if (!plan) {
      return execute({
        schema,
        document,
        operationName,
        variableValues: given,
        contextValue: context,
        options: { maxCoercionErrors: MAX_COERCION_ERRORS },
      });
    }
    const execution: Execution = { context, variables: coerced, errors: [], nulled: new Set() };
    const data = await dataOf(execution, () => run(plan, undefined, undefined, execution));
    return execution.errors.length === 0 ? { data } : { errors: execution.errors, data };
  };
}

/** The data of an execution. Null if a field failed that must not be null; its error is then among the errors. */
async function dataOf(execution: Execution, run: () => unknown): Promise<Record<string, unknown> | null> {
  try {
    return (await run()) as Record<string, unknown>; // the fields of the root are an object
  } catch (error) {
    noteError(execution, error as GraphQLError, undefined); // `failed` throws nothing else
    return null;
  }
}
