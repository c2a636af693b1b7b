import { InvalidInput } from '../errors/invalid-input.ts';

/** The first bytes of files that people send by mistake, and what these files are. */
const SIGNATURES: readonly [bytes: Buffer, is: string][] = [
  [Buffer.from('PK\x03\x04'), 'a ZIP archive. If it is an Excel workbook, save it as "CSV UTF-8"'],
  [Buffer.from([0x1f, 0x8b]), 'compressed with gzip'],
  [Buffer.from([0xff, 0xfe]), 'UTF-16'],
  [Buffer.from([0xfe, 0xff]), 'UTF-16'],
];

const LONGEST = Math.max(...SIGNATURES.map(([bytes]) => bytes.length));

/** Passes the pieces of a file on. Throws INVALID_INPUT if the file begins like one that is not text in UTF-8. */
export async function* textPieces(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let start: Buffer | null = Buffer.alloc(0);
  for await (const piece of pieces) {
    if (!start) {
      yield piece;
      continue;
    }
    start = Buffer.concat([start, piece]);
    if (start.length < LONGEST) continue;
    yield checkedStart(start);
    start = null;
  }
  if (start) yield checkedStart(start);
}

function checkedStart(start: Buffer): Buffer {
  const found = SIGNATURES.find(([bytes]) => start.subarray(0, bytes.length).equals(bytes));
  if (!found) return start;
  throw new InvalidInput([{ param: 'lines.1', message: `must be text in UTF-8, not ${found[1]}` }]);
}
