import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FileFormat } from '../file-format.ts';
import { recordScanner } from '../record-scanner.ts';

/** Returns where the failures of a file are written: beside it, as `segments.failures.csv` for `segments.csv`. */
export function failuresFileOf(file: string, format: FileFormat): string {
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
export async function writeFailures(source: Readable, { format, lines, file }: Options): Promise<void> {
  const part = `${file}.${process.pid}.part`;
  const scan = recordScanner(format);
  const wanted = format === 'csv' ? [1, ...lines] : lines;
  let next = 0;
  async function* records(chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      const pieces: Buffer[] = [];
      for (const { bytes, line } of scan(chunk)) {
        while ((wanted[next] ?? Number.POSITIVE_INFINITY) < line) next += 1;
        if (wanted[next] === line) pieces.push(bytes);
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
