import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLSchema,
  OperationTypeNode,
} from 'graphql';
import { ResponseTooLarge } from '../../errors/refusals.ts';
import { conditionsOf, fragmentsOf, operationOf } from './document.ts';
import {
  type Execution,
  executeFields,
  executeSerially,
  noteError,
  type PlannedField,
  type Variables,
} from './execution.ts';
import { beginGrowth } from './growth.ts';
import { rootFields } from './selection.ts';
import { variableCoercion } from './variable-values.ts';

/** A result with its size in characters, which is never more than its bytes. */
export interface MeasuredResult extends ExecutionResult {
  size: number;
}

/**
 * Runs an operation with the variables of one request, which are not coerced yet. Failures are in `errors` of the result.
 * Rejects only with RESPONSE_TOO_LARGE.
 */
export type RunOperation = (given: Variables | null | undefined, context: unknown) => Promise<MeasuredResult>;

/** Max plans to keep for an operation, one for each combination of its conditions. Further plans are created per request. */
export const MAX_PLANS = 8;

/**
 * Plans an operation of a valid document: everything that is the same for each request is prepared once. The results equal
 * those of graphql-js' `execute`, except for the wording of three faults of the schema itself. In addition, the execution
 * ends if the answer exceeds `maxSize` characters, and a long one takes several turns of the event loop. Returns null if
 * graphql-js should execute the operation: if it is not in the document, or if it is a subscription.
 */
export function plannedOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
  maxSize = Number.POSITIVE_INFINITY,
): RunOperation | null {
  const operation = operationOf(document, operationName);
  const root = operation && schema.getRootType(operation.operation);
  if (!root || operation.operation === OperationTypeNode.SUBSCRIPTION) return null;

  const fragments = fragmentsOf(document);
  const names = conditionsOf(document, operation);
  const plans = new Map<string, readonly PlannedField[]>();
  /** Throws if a condition of a root field is invalid. */
  const planFor = (variables: Variables): readonly PlannedField[] => {
    const given = names.filter((name) => Object.hasOwn(variables, name));
    const key = names.map((name) => variables[name]).join();
    const known = plans.get(key);
    if (known) return known;
    const conditions = Object.fromEntries(given.map((name) => [name, variables[name]]));
    const plan = rootFields({ schema, fragments, operation, conditions }, root);
    const isDecided = names.every((name) => typeof variables[name] === 'boolean');
    if (isDecided && plans.size < MAX_PLANS) plans.set(key, plan);
    return plan;
  };
  const run = operation.operation === OperationTypeNode.MUTATION ? executeSerially : executeFields;
  const coerce = variableCoercion(schema, operation.variableDefinitions ?? []);

  return async (given, context) => {
    const { coerced, errors } = coerce(given ?? {});
    if (errors) return { errors, size: 0 };
    const growth = beginGrowth(maxSize);
    const execution: Execution = { context, variables: coerced, errors: [], nulled: new Set(), growth };
    let data: Record<string, unknown> | null;
    try {
      const fields = await run(planFor(coerced), undefined, undefined, execution);
      data = fields as Record<string, unknown>; // the fields of the root are an object
    } catch (error) {
      if (error instanceof ResponseTooLarge) throw error;
      noteError(execution, error as GraphQLError, undefined); // neither `failed` nor a plan throws anything else
      data = null;
    }
    const { size } = growth;
    return execution.errors.length === 0 ? { data, size } : { errors: execution.errors, data, size };
  };
}
