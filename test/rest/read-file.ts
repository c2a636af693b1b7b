import { InvalidInput } from '../../src/errors/invalid-input.ts';
import { fileReader } from '../../src/rest/segment-file.ts';
import type { FileLine } from '../../src/segments/import/file-line.ts';

/** Passes bytes on in pieces of these lengths, and the rest in one. */
export async function* piecesOf(bytes: Buffer, lengths: readonly number[] = []): AsyncGenerator<Buffer> {
  let start = 0;
  for (const length of lengths) {
    yield bytes.subarray(start, start + length);
    start += length;
  }
  if (start < bytes.length) yield bytes.subarray(start);
}

interface Read {
  lines: FileLine[];
  /** Why reading ended before the end of the file. */
  refusal?: InvalidInput;
}

/** Reads a file of segments that arrives in pieces of these lengths. */
export async function readFile(
  type: string,
  body: string | Buffer,
  lengths?: readonly number[],
): Promise<Read> {
  const lines: FileLine[] = [];
  try {
    const read = fileReader(type, undefined);
    for await (const some of read(piecesOf(Buffer.from(body), lengths))) lines.push(...some);
    return { lines };
  } catch (error) {
    if (error instanceof InvalidInput) return { lines, refusal: error };
    throw error;
  }
}
