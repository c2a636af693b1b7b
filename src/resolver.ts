import type { z } from 'zod';
import { type Caller, requireScope, type Scope, type Viewer } from './accounts/viewer.ts';
import type { Code } from './errors/catalogue.ts';
import { InvalidInput, type Issue, unknownParameter } from './errors/invalid-input.ts';
import { Refusal } from './errors/refusals.ts';
import type { LoopShare } from './fairness/loop-time.ts';
import type { Observe } from './observation.ts';
import type { RequestSpan } from './tracing.ts';

/** What is known about every call, whichever face it came through. */
export interface Call extends Caller {
  requestId: string;
  /** Deducts points from the caller's rate limit. Returns undefined if there is no limit. Rejects with RATE_LIMITED. */
  spend(points: number): Promise<void> | undefined;
  /** The share of the event loop that the caller's account has. */
  loop?: LoopShare;
  /** Receives what operators should know. Nothing of it is shown to callers. */
  observe: Observe;
  /** The span of the request, if there is tracing. */
  span?: RequestSpan | undefined;
  /** Receives the code of each refusal of a resolver. */
  refused?(code: Code): void;
}

interface Definition<Input extends z.ZodType, Context extends Call, Result> {
  /** Its name in traces. */
  name: string;
  scope: Scope;
  input: Input;
  run(input: z.output<Input>, context: Context, viewer: Viewer): Promise<Result> | Result;
}

/**
 * Defines a resolver by its name, the scope that it requires, the schema of its input, and the function that does its work. The
 * resolver does all checks itself, so that no face can forget one: authentication (UNAUTHENTICATED), authorization
 * (FORBIDDEN), validation (INVALID_INPUT). It throws only refusals. If `run` fails with a fault, it throws INTERNAL with
 * the fault as its cause, and the face observes the cause.
 *
 * `scope` and `input` describe the resolver, for example to a documentation generator. `parse` accepts input of unknown
 * type. `check` only does the checks.
 */
export function resolver<Input extends z.ZodType, Context extends Call, Result>({
  name,
  scope,
  input,
  run,
}: Definition<Input, Context, Result>) {
  const check = (raw: unknown, context: Context) => {
    const viewer = requireScope(context, scope);
    return { viewer, checked: checkedInput(input, raw) };
  };
  const answer = async (raw: unknown, context: Context): Promise<Result> => {
    try {
      const { viewer, checked } = check(raw, context);
      return await run(checked, context, viewer);
    } catch (error) {
      const refusal = shownOf(error, context.requestId);
      context.refused?.(refusal.code);
      throw refusal;
    }
  };
  const parse = (raw: unknown, context: Context): Promise<Result> =>
    context.span ? context.span.resolver(name, () => answer(raw, context)) : answer(raw, context);
  const call = (given: z.input<Input>, context: Context) => parse(given, context);
  return Object.assign(call, { scope, input, parse, check });
}

/** Returns what the caller sees: the error itself if it is a refusal, otherwise INTERNAL with the error as its cause. */
export function shownOf(error: unknown, requestId: string): Refusal {
  if (error instanceof Refusal) return error;
  const message = `Internal error. Quote request ID ${requestId} if you report this.`;
  return new Refusal('INTERNAL', message, { cause: error ?? new TypeError('Nothing was thrown.') });
}

/** Observes the cause of a refusal, if it has one. A face calls this once for each error that it catches. */
export function observeCause(
  { cause }: Refusal,
  { requestId, observe }: Pick<Call, 'requestId' | 'observe'>,
): void {
  if (cause !== undefined) observe({ kind: 'fault', error: cause, requestId });
}

/** Returns the checked input. Throws INVALID_INPUT. `at` is the path of the input, if it is a part of another one. */
export function checkedInput<Input extends z.ZodType>(
  schema: Input,
  raw: unknown,
  at: readonly PropertyKey[] = [],
): z.output<Input> {
  const checked = schema.safeParse(raw);
  if (checked.success) return checked.data;
  throw new InvalidInput(
    checked.error.issues.flatMap((issue) => issuesOf({ ...issue, path: [...at, ...issue.path] })),
  );
}

function issuesOf(issue: z.core.$ZodIssue): Issue[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownParameter([...issue.path, key].join('.')));
  }
  return [{ param: issue.path.join('.') || 'input', message: issue.message }];
}
