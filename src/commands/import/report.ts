import type { FileFormat } from '../file-format.ts';
import type { ImportOptions } from '../import.ts';
import { printJson } from '../list.ts';
import { print, tell } from '../output.ts';
import { countOf } from '../progress.ts';
import { failuresFileOf, writeFailures } from './failures-file.ts';
import type { Summary } from './result.ts';
import type { Source } from './source.ts';
import type { Imported } from './transfer.ts';

interface Options {
  /** The name of the file. */
  name: string;
  source: Source;
  format: FileFormat;
  options: ImportOptions;
  /** Says how to continue the import. */
  hint: string | undefined;
}

/**
 * Prints the summary of an import, and writes the lines that failed to a file. Throws an error that says what to do if a line failed or
 * the import stopped before the end of the file.
 */
export async function report(imported: Imported, given: Options): Promise<void> {
  const { summary, failedLines, reasons } = imported;
  const { name, hint, options } = given;
  const failures = await keepFailures(imported, given);
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

/**
 * Writes the lines that failed, and returns the name of the file; null if there are none. Standard input can be read only once. After a
 * dry run, and after an import that stopped, its own file is corrected, so the lines are written only if a file for them was named.
 */
async function keepFailures(
  { summary, failedLines: lines }: Imported,
  { name, source, format, options: { failures, dryRun } }: Options,
): Promise<string | null> {
  if (lines.length === 0 || !source.file) return null;
  if (failures === undefined && (dryRun || !summary.complete)) return null;
  const file = failures ?? failuresFileOf(name, format);
  await writeFailures(source.open(), { format, lines, file });
  return file;
}
