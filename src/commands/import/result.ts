import { visible } from '../../errors/quoted.ts';
import type { Problem } from '../gateway/failure.ts';

/** What a line of the file came to, as the gateway sends it. */
export type LineResult =
  | { line: number; status: 'created' | 'updated' | 'unchanged' }
  | { line: number; status: 'failed'; errors: readonly { param: string; message: string }[] };

/** The last line of an answer. */
export interface Summary {
  created: number;
  updated: number;
  unchanged: number;
  failed: number;
  /** Whether the file was read to its end. */
  complete: boolean;
  /** Why it was not. */
  problem?: Problem;
}

/** Says why a line failed: `Line 3: name must not be empty. criteria is missing.` */
export function reasonOf({ line, errors }: LineResult & { status: 'failed' }): string {
  const messages = errors.map(({ param, message }) => (param === '' ? message : `${param} ${message}`));
  return visible(`Line ${line}: ${messages.map((message) => `${message}.`).join(' ')}`);
}
