import type { z } from 'zod';
import { type Caller, requireScope, type Scope, type Viewer } from './accounts/viewer.ts';
import { InvalidInput, type Issue, Refusal, unknownParameter } from './errors.ts';

/** What is known of every call, through whichever face it came. */
export interface Call extends Caller {
  requestId: string;
  /** Takes so many points from what the caller may spend. Throws RATE_LIMITED. */
  spend(points: number): Promise<void>;
  /** Tells the operators of a fault. Its words reach no caller. */
  report(fault: unknown, requestId: string): void;
}

interface Definition<Input extends z.ZodType, Context extends Call, Result> {
  scope: Scope;
  input: Input;
  run(input: z.output<Input>, context: Context, viewer: Viewer): Promise<Result> | Result;
}

/**
 * A resolver is a scope, an input and a run. It checks the first two itself, so no face can forget to:
 * who (UNAUTHENTICATED), may (FORBIDDEN), is it right (INVALID_INPUT). A fault of `run` is reported and
 * leaves as INTERNAL, without its cause.
 */
export function resolver<Input extends z.ZodType, Context extends Call, Result>({
  scope,
  input,
  run,
}: Definition<Input, Context, Result>) {
  const call = async (raw: unknown, context: Context): Promise<Result> => {
    const viewer = requireScope(context, scope);
    const checked = input.safeParse(raw);
    if (!checked.success) throw new InvalidInput(checked.error.issues.flatMap(issuesOf));
    try {
      return await run(checked.data, context, viewer);
    } catch (error) {
      throw shownOf(error, context);
    }
  };
  return Object.assign(call, { scope });
}

/** What of a failure the caller may see; what lies behind it is reported. */
export function shownOf(error: unknown, { requestId, report }: Pick<Call, 'requestId' | 'report'>): Refusal {
  if (!(error instanceof Refusal)) {
    report(error, requestId);
    return new Refusal('INTERNAL', `Something went wrong on our side. Its record bears the id ${requestId}.`);
  }
  if (error.cause !== undefined) report(error.cause, requestId);
  return error;
}

function issuesOf(issue: z.core.$ZodIssue): Issue[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownParameter([...issue.path, key].join('.')));
  }
  return [{ param: issue.path.join('.') || 'input', message: issue.message }];
}
