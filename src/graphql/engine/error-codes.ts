import type { ExecutionResult } from 'graphql';
import type { Subscribed } from './subscription.ts';

/** Returns the codes of the errors in a result, each once. The engine gives every error a code. */
export function errorCodesOf(result: ExecutionResult | Subscribed): readonly string[] {
  if (!('errors' in result) || !result.errors) return NONE;
  return [...new Set(result.errors.map(({ extensions }) => String(extensions.code)))];
}

const NONE: readonly string[] = [];
