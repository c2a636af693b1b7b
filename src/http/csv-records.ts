import { charged, type LoopShare } from '../fairness/loop-time.ts';
import { type CsvRecord, parsedRecords, tooLongRecord, unclosed } from './csv-parser.ts';

interface Limits {
  /** Max bytes of a record. */
  max: number;
  /** The share of the account that is charged for the work. */
  loop: LoopShare | undefined;
}

const LINE_FEED = 0x0a;
const BYTE_ORDER_MARK = Buffer.from('\uFEFF');

/**
 * Splits a body of CSV into records, as it arrives. A malformed record ends with its line, and reading goes on with the next one. A
 * byte order mark is removed. Throws INVALID_INPUT, with the number of the line, as soon as a record is too long, so that it does not
 * have to be kept.
 */
export async function* csvRecordsOf(
  pieces: AsyncIterable<Buffer>,
  { max, loop }: Limits,
): AsyncGenerator<CsvRecord[]> {
  // Loaded when it is needed, because most processes never read CSV.
  const csv = await import('csv-parse/sync');
  let isBegun = false;
  /** What follows the last complete record. */
  let rest: Buffer = Buffer.alloc(0);
  /** How many bytes of the rest are whole lines, and how many of these are known to be part of an open record. */
  let whole = 0;
  let open = 0;
  let number = 1;

  function* recordsIn(length: number): Generator<CsvRecord[]> {
    if (!isBegun && rest.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)) {
      rest = rest.subarray(BYTE_ORDER_MARK.length);
      length -= BYTE_ORDER_MARK.length;
    }
    isBegun = true;
    for (let goesOn = true; goesOn && length > 0; ) {
      const found = charged(loop, () => parsedRecords(csv, rest.subarray(0, length), { number, max }));
      rest = rest.subarray(found.length);
      length -= found.length;
      number = found.next;
      goesOn = !found.isOpen && found.length > 0;
      if (found.records.length > 0) yield found.records;
      if (found.refusal) throw found.refusal;
    }
    open = whole = length;
  }

  for await (const piece of pieces) {
    const end = piece.lastIndexOf(LINE_FEED) + 1;
    if (end > 0) whole = rest.length + end;
    rest = Buffer.concat([rest, piece]);
    // An open record is not parsed again for each line that is added to it, because that would take quadratic time.
    if (whole <= open * 1.25 && rest.length <= max + 1) continue;
    yield* recordsIn(whole);
    // The last byte may be a carriage return that belongs to the end of the line.
    if (rest.length > max + 1) throw tooLongRecord(rest, number, max);
  }
  yield* recordsIn(rest.length);
  if (rest.length > 0) yield [unclosed(number)];
}
