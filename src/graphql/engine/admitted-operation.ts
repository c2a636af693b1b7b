import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  OperationTypeNode,
} from 'graphql';
import { shareOf } from '../../accounts/viewer.ts';
import type { Context } from '../../context.ts';
import { MAX_RESPONSE, ResponseTooLarge } from '../../errors/refusals.ts';
import type { FairQueue } from '../../fairness/fair-queue.ts';
import { charged } from '../../fairness/loop-time.ts';
import { type Cost, costOf, SCALARS_PER_POINT } from '../limits/cost.ts';
import { overLimit } from '../limits/document-limits.ts';
import { isIntrospection, operationOf } from '../planner/document.ts';
import type { Variables } from '../planner/execution.ts';
import { plannedOperation, type RunOperation } from '../planner/planned-operation.ts';
import { MAX_COERCION_ERRORS } from '../planner/variable-values.ts';
import { requestedOf } from './requested.ts';

/** Max objects that one operation can request: a hundred full pages. */
const MAX_COST = 10_000;
/** An operation whose answer can have at most this many bytes is small. It can be executed by graphql-js in one piece. */
const SMALL_RESPONSE = 512 * 1024;
/** Max objects that an operation can request to be traced field by field: those of the largest `_entities`. */
const MAX_TRACED = 1_000;

/** A result with its size in characters, if known. The size is never larger than the number of bytes. */
export type SizedResult = ExecutionResult & { size?: number };

/** Runs an operation for one caller. Throws COST_LIMIT and RATE_LIMITED before anything is executed. */
type Run = (variables: Variables, context: Context) => Promise<SizedResult>;

/**
 * Limits how much the reads of one operation can return at once. Used for operations whose answer could be too large.
 * Returns a function that makes all reads fail that have not started.
 */
export type BoundReads = (context: Context) => () => void;

/** What all operations share. */
export interface Server {
  schema: GraphQLSchema;
  /** The queue of operations whose answers could be too large. Only a few are in memory at the same time. */
  large: FairQueue;
  boundReads: BoundReads;
}

/** An operation of a document that passed all checks. */
export interface AdmittedOperation {
  isMutation: boolean;
  /** Introspection is not kept as a repeated operation. */
  isIntrospection: boolean;
  /** Runs the operation by its plan, which is created when it is first needed, and then kept. */
  run: Run;
  /** Runs an operation that may not be repeated. A small one is executed by graphql-js, which needs no plan. */
  runOnce: Run;
}

/**
 * Prepares an operation. Returns null if only graphql-js can answer: if the operation is not in the document, or if it is a
 * subscription. The size of the answer is bounded. A mutation whose answer could be too large is refused before it changes
 * anything. Other operations end as soon as their answer is too large. In both cases, RESPONSE_TOO_LARGE is the only error
 * of the result, and nothing is thrown. `traced` is a copy of the schema whose resolvers are timed. It is not used for
 * operations of very many objects, because a trace contains each field of each object and is encoded in one piece.
 */
export function admittedOperation(
  { schema, large, boundReads }: Server,
  document: DocumentNode,
  operationName: string | null | undefined,
  traced = schema,
): AdmittedOperation | null {
  const operation = operationOf(document, operationName);
  if (!operation || !schema.getRootType(operation.operation)) return null;
  const isMutation = operation.operation === OperationTypeNode.MUTATION;
  const introspects = isIntrospection(document);
  const requested = requestedOf(document, operation);
  const cost = costOf(schema, document, operationName);
  const maxSize = isMutation ? Number.POSITIVE_INFINITY : MAX_RESPONSE;
  const planOn = (used: GraphQLSchema) => plannedOperation(used, document, operationName, maxSize);
  let planned: RunOperation | null = null;

  const byPlan = (used: GraphQLSchema): Run => {
    planned ??= planOn(schema);
    return (used === schema ? planned : planOn(used)) ?? byGraphqlJs;
  };
  const byGraphqlJs: Run = async (variableValues, contextValue) =>
    execute({ schema: traced, document, operationName, variableValues, contextValue, options: EXECUTION });

  const bounded =
    (isSmallByPlan: boolean): Run =>
    async (variables, context) => {
      context.span?.ofType(operation.operation);
      context.onRequested?.(requested);
      const { points, bytes } = cost(variables);
      const spent = admit(points, context);
      if (spent) await spent;
      const isSmall = bytes <= SMALL_RESPONSE && !introspects;
      if (isSmall && !isSmallByPlan) return charged(context.loop, () => byGraphqlJs(variables, context));
      const run = byPlan(points > MAX_TRACED ? schema : traced);
      if (bytes <= MAX_RESPONSE && !introspects) return ended(run, variables, context);
      if (isMutation) return tooLarge();
      return large.run(shareOf(context), async () => {
        await context.loop?.ready(); // again, because the previous operation was not charged yet when this request arrived
        const close = boundReads(context);
        return ended(run, variables, context).finally(close);
      });
    };

  return { isMutation, isIntrospection: introspects, run: bounded(true), runOnce: bounded(false) };
}

const EXECUTION = { maxCoercionErrors: MAX_COERCION_ERRORS };

/** Runs an operation and charges its cost. The result is RESPONSE_TOO_LARGE if its answer grows too large. */
async function ended(run: Run, variables: Variables, context: Context): Promise<ExecutionResult> {
  const { loop } = context;
  try {
    const result = await charged(loop, () => run(variables, context));
    loop?.chargeAnswer(result.size ?? 0);
    return result;
  } catch (error) {
    if (!(error instanceof ResponseTooLarge)) throw error;
    loop?.chargeAnswer(MAX_RESPONSE);
    return tooLarge();
  }
}

/** The result of an operation whose answer would be too large. */
export function tooLarge(): ExecutionResult {
  const { code, message } = new ResponseTooLarge();
  return { errors: [overLimit(code, message)] };
}

/** Throws COST_LIMIT if an operation is too expensive, and RATE_LIMITED if it costs more than its caller has left. */
export function admit(points: Cost['points'], context: Context): Promise<void> | undefined {
  if (points > MAX_COST) {
    const max = MAX_COST.toLocaleString('en');
    throw overLimit(
      'COST_LIMIT',
      `An operation can request at most ${max} objects; this one could return ${points.toLocaleString('en')}. An object counts once for every ${SCALARS_PER_POINT} fields.`,
    );
  }
  return context.spend(points);
}
