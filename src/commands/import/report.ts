import type { ImportOptions } from '../import.ts';
import { printJson } from '../list.ts';
import { print, tell } from '../output.ts';
import { countOf } from '../progress.ts';
import type { Summary } from './result.ts';
import type { Imported } from './transfer.ts';

interface Options {
  /** The name of the file. */
  name: string;
  /** Where the lines that failed were written; null if they were not. */
  failures: string | null;
  options: ImportOptions;
  /** Says how to continue the import. */
  hint: string | undefined;
}

/**
 * Prints the summary of an import. Throws an error that says what to do if a line failed or the import stopped before the end of the
 * file.
 */
export function report(
  { summary, failedLines, reasons }: Imported,
  { name, failures, hint, options }: Options,
): void {
  for (const reason of reasons) tell(reason);
  const others = failedLines.length - reasons.length;
  if (others > 0) tell(`${countOf(others, 'more line')} failed.`);
  if (options.json) printJson({ ...summary, dry_run: options.dryRun === true, failures });
  else print(`${options.dryRun ? 'Nothing was written. ' : ''}${sentenceOf(summary)}`);
  const failed = `${countOf(failedLines.length, 'line')} failed.`;
  if (!summary.complete)
    throw new Error(`${failed} The import stopped there. Correct ${name}.${hint ? ` ${hint}` : ''}`);
  if (failedLines.length > 0)
    throw new Error(failures ? `${failed} Correct and import ${failures}.` : failed);
}

/** `1,000 lines: 990 created, 5 updated, 3 unchanged, 2 failed` */
function sentenceOf({ created, updated, unchanged, failed }: Summary): string {
  const counts = Object.entries({ created, updated, unchanged, failed });
  const total = created + updated + unchanged + failed;
  return `${countOf(total, 'line')}: ${counts.map(([what, count]) => `${count.toLocaleString('en-US')} ${what}`).join(', ')}`;
}
