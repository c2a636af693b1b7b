import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FileFormat } from '../file-format.ts';
import type { ImportOptions } from '../import.ts';
import { recordScanner } from '../record-scanner.ts';
import type { Source } from './source.ts';
import type { Imported } from './transfer.ts';

interface Failed {
  /** The name of the file that was imported. */
  name: string;
  source: Source;
  format: FileFormat;
  options: ImportOptions;
}

/**
 * Writes the lines that failed to a file, and returns its name; null if there are none. Standard input can be read only once. After a
 * dry run, and after an import that stopped, its own file is corrected, so the lines are written only if a file for them was named.
 */
export async function keepFailures(
  { summary, failedLines: lines }: Imported,
  { name, source, format, options: { failures, dryRun } }: Failed,
): Promise<string | null> {
  if (lines.length === 0 || !source.file) return null;
  if (failures === undefined && (dryRun || !summary.complete)) return null;
  const file = failures ?? fileBeside(name, format);
  await writeFailures(source.open(), { format, lines, file });
  return file;
}

/** Returns the name of the file beside a file: `segments.failures.csv` for `segments.csv`. */
function fileBeside(file: string, format: FileFormat): string {
  const extension = extname(file);
  return `${file.slice(0, file.length - extension.length)}.failures${extension || `.${format}`}`;
}

interface Options {
  format: FileFormat;
  /** The lines on which the records begin, in order. */
  lines: readonly number[];
  file: string;
}

/**
 * Copies records of a file, as they are there, into a file of their own, with the header if it is CSV. It appears under its name when it
 * is complete.
 */
async function writeFailures(source: Readable, { format, lines, file }: Options): Promise<void> {
  const part = `${file}.${process.pid}.part`;
  const scan = recordScanner(format);
  let header = format === 'csv' ? undefined : 0;
  let next = 0;
  async function* records(chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      const pieces: Buffer[] = [];
      for (const { bytes, line } of scan(chunk)) {
        if (header === undefined && !isEmpty(bytes)) header = line;
        while ((lines[next] ?? Number.POSITIVE_INFINITY) < line) next += 1;
        if (line === header || line === lines[next]) pieces.push(bytes);
      }
      yield Buffer.concat(pieces);
    }
  }
  try {
    await pipeline(source, records, createWriteStream(part, { flush: true }));
    await rename(part, file);
  } finally {
    await rm(part, { force: true });
  }
}

const isEmpty = (line: Buffer) => line.length <= 2 && line.toString().trim() === '';
