import { visible } from '../../errors/quoted.ts';
import type { Summary as Counts, LineResult } from '../../segments/import/file-line.ts';
import type { Problem } from '../gateway/failure.ts';

/** The last line of an answer. */
export interface Summary extends Counts {
  /** Why the file was not read to its end. */
  problem?: Problem;
}

/** Says why a line failed: `Line 3: name must not be empty. criteria is missing.` */
export function reasonOf({ line, errors }: LineResult & { status: 'failed' }): string {
  const messages = errors.map(({ param, message }) => (param === '' ? message : `${param} ${message}`));
  return visible(`Line ${line}: ${messages.map((message) => `${message}.`).join(' ')}`);
}
