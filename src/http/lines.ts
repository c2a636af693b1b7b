import { isUtf8 } from 'node:buffer';
import { InvalidInput } from '../errors/invalid-input.ts';

/** A line of a body, without its end. */
export interface Line {
  /** 1 for the first line. */
  number: number;
  /** Null if it is not UTF-8. */
  text: string | null;
}

const LINE_FEED = 0x0a;

/**
 * Splits a body into lines, as it arrives. Lines end with LF or CRLF; the last one need not. A byte order mark is removed. Throws
 * INVALID_INPUT, with the number of the line, as soon as a line has more than `max` bytes, so that it does not have to be kept.
 */
export async function* linesOf(pieces: AsyncIterable<Buffer>, max: number): AsyncGenerator<Line[]> {
  let rest: Buffer = Buffer.alloc(0);
  let number = 1;
  for await (const piece of pieces) {
    const end = piece.lastIndexOf(LINE_FEED);
    const whole = end < 0 ? null : Buffer.concat([rest, piece.subarray(0, end)]);
    rest = whole ? Buffer.from(piece.subarray(end + 1)) : Buffer.concat([rest, piece]);
    if (whole) {
      const lines = textsOf(whole).map((text, i) => ({
        number: number + i,
        text: withoutMarks(text, number + i),
      }));
      const long = lines.findIndex(({ text }) => text !== null && isLonger(text, max));
      yield long < 0 ? lines : lines.slice(0, long);
      if (long >= 0) throw tooLong(number + long, max);
      number += lines.length;
    }
    if (rest.length > max) throw tooLong(number, max);
  }
  if (rest.length > 0) yield textsOf(rest).map((text) => ({ number, text: withoutMarks(text, number) }));
}

const decoded = (bytes: Buffer): string | null => (isUtf8(bytes) ? bytes.toString() : null);

/** Decodes all lines at once, and one by one only if one of them is not UTF-8. */
function textsOf(bytes: Buffer): (string | null)[] {
  const text = decoded(bytes);
  if (text !== null) return text.split('\n');
  const texts: (string | null)[] = [];
  for (let start = 0; start <= bytes.length; ) {
    const found = bytes.indexOf(LINE_FEED, start);
    const end = found < 0 ? bytes.length : found;
    texts.push(decoded(bytes.subarray(start, end)));
    start = end + 1;
  }
  return texts;
}

function withoutMarks(text: string | null, number: number): string | null {
  if (text === null) return null;
  const start = number === 1 && text.startsWith('\uFEFF') ? 1 : 0;
  return text.slice(start, text.endsWith('\r') ? -1 : undefined);
}

/** A character has at most three bytes for each of its units. */
const isLonger = (text: string, max: number): boolean =>
  text.length > max / 3 && Buffer.byteLength(text) > max;

/** The refusal of a line of more than `max` bytes. */
export const tooLong = (number: number, max: number) =>
  new InvalidInput([
    { param: `lines.${number}`, message: `must have at most ${max.toLocaleString('en')} bytes` },
  ]);
