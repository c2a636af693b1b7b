import type { Engine } from '../engine/engine.ts';
import { errorCodesOf } from '../engine/error-codes.ts';

/** Returns a function that runs operations, and records each in the span of its request, if there is one. */
export const tracedRun =
  (run: Engine) =>
  (name: string, ...[params, execution, context]: Parameters<Engine>): ReturnType<Engine> => {
    const { span } = context;
    if (!span) return run(params, execution, context);
    return span.operation(name, () => run(params, execution, context), errorCodesOf);
  };
