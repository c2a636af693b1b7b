import { isUtf8 } from 'node:buffer';
import type * as csv from 'csv-parse/sync';
import { InvalidInput, type Issue } from '../errors/invalid-input.ts';
import { tooLong } from './lines.ts';

/** A record of CSV (RFC 4180). */
export interface CsvRecord {
  /** The number of the line on which it begins, 1 for the first one. */
  number: number;
  /** None if the line is empty. Not reliable if there are problems. */
  fields: readonly string[];
  /** Why it cannot be read. */
  problems?: readonly Issue[];
}

interface Parsed {
  records: CsvRecord[];
  /** How many bytes the records have. */
  length: number;
  /** The number of the line after them. */
  next: number;
  /** Whether the other bytes are the beginning of a record. */
  isOpen: boolean;
  /** Why no further record can be read. */
  refusal?: InvalidInput;
}

/** After a long record, csv-parse copies as many bytes for each malformed field, so a long record is parsed alone. */
const LONG = 32 * 1024;

/** Parses the records in whole lines, of which the first one has the given number. A record has at most `max` bytes. */
export function parsedRecords(
  { parse, CsvError }: typeof csv,
  bytes: Buffer,
  { number, max }: { number: number; max: number },
): Parsed {
  const parsed: Parsed = { records: [], length: 0, next: number, isOpen: false };
  /** How many quotation marks the fields so far have if they are well-formed, and how many line breaks. */
  let marks = 0;
  let breaks = 0;
  try {
    parse(bytes, {
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      // A malformed record ends with its line. Otherwise, it would end at the next quotation mark, many lines later.
      relax_quotes: true,
      ...(bytes.length > LONG && { to: 1 }),
      cast(field, { quoting }) {
        marks += 2 * countOf('"', field) + (quoting ? 2 : 0);
        if (quoting) breaks += countOf('\n', field);
        return field;
      },
      on_record(fields: string[], { bytes: end }) {
        const raw = bytes.subarray(parsed.length, end);
        if (withoutEnd(raw).length > max) throw tooLongRecord(raw, parsed.next, max);
        const problem = problemOf(raw, fields, marks);
        const isEmpty = fields.length === 1 && fields[0] === '' && marks === 0;
        parsed.records.push({
          number: parsed.next,
          fields: isEmpty ? [] : fields,
          ...(problem && { problems: [{ param: '', message: problem }] }),
        });
        parsed.length = end;
        parsed.next += breaks + 1;
        marks = breaks = 0;
        return null;
      },
    });
  } catch (error) {
    if (error instanceof InvalidInput) parsed.refusal = error;
    else if (error instanceof CsvError && error.code === 'CSV_QUOTE_NOT_CLOSED') parsed.isOpen = true;
    else throw error;
  }
  return parsed;
}

const UNCLOSED = 'must have a closing quotation mark';
const MALFORMED =
  'must be CSV: a field with a quotation mark must be in quotation marks, each of those in it doubled';

/** The record that begins on a line and never ends. */
export const unclosed = (number: number): CsvRecord => ({
  number,
  fields: [],
  problems: [{ param: '', message: UNCLOSED }],
});

/** The refusal of a record of more than `max` bytes. If it has many lines, a quotation mark is missing. */
export const tooLongRecord = (raw: Buffer, number: number, max: number): InvalidInput =>
  withoutEnd(raw).includes('\n')
    ? new InvalidInput([{ param: `lines.${number}`, message: UNCLOSED }])
    : tooLong(number, max);

/** csv-parse leaves the quotation marks of a malformed field as they are. A well-formed field with the same contents would need more of them. */
function problemOf(raw: Buffer, fields: readonly string[], marks: number): string | undefined {
  if (fields.some((field) => field.includes('\uFFFD')) && !isUtf8(raw)) return 'must be UTF-8';
  return marks > 0 && countOf('"', raw) !== marks ? MALFORMED : undefined;
}

function withoutEnd(raw: Buffer): Buffer {
  if (raw.at(-1) !== 0x0a) return raw;
  return raw.subarray(0, raw.at(-2) === 0x0d ? -2 : -1);
}

function countOf(character: '"' | '\n', text: string | Buffer): number {
  let count = 0;
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) count += 1;
  return count;
}
