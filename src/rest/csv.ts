import { InvalidInput } from '../errors/invalid-input.ts';
import { MAX_LINE } from '../http/lines.ts';
import type { CustomerLine } from '../members/customer-line.ts';
import type { LineReader, Text } from './line-reader.ts';

/**
 * Reads one column of CSV (RFC 4180). The first line has the names of the columns, and every other record as many fields. A field with
 * quotation marks can contain line breaks. A record is named after the line on which it begins.
 */
export function csvReader(column: string): LineReader {
  let header: { width: number; at: number } | undefined;
  /** The lines of a record whose last field is not closed, and their length. */
  let begun: { number: number; texts: string[]; length: number } | undefined;

  const recordOf = ({ number, text }: Text): CustomerLine | null => {
    const fields = fieldsOf(text);
    if (!header) {
      header = headerOf(fields, number, column);
      return null;
    }
    if (!fields) return { number, problems: [{ param: '', message: MALFORMED }] };
    const { width, at } = header;
    if (fields.length === width) return { number, customerId: fields[at] };
    const message = `must have ${width === 1 ? '1 field' : `${width} fields`} like the header, not ${fields.length}`;
    return { number, problems: [{ param: '', message }] };
  };

  return {
    read({ number, text }) {
      const record = begun ?? { number, texts: [], length: 0 };
      const isOpen = hasOddQuotes(text) !== (begun !== undefined);
      record.texts.push(text);
      record.length += text.length + 1;
      begun = isOpen ? record : undefined;
      if (!begun) return recordOf({ number: record.number, text: record.texts.join('\n') });
      if (begun.length > MAX_LINE) throw unclosed(begun.number);
      return null;
    },
    end() {
      if (begun) throw unclosed(begun.number);
    },
    isWithin: () => begun !== undefined,
  };
}

const MALFORMED =
  'must be CSV: a field with a quotation mark must be in quotation marks, each of those in it doubled';

const unclosed = (number: number) =>
  new InvalidInput([{ param: `lines.${number}`, message: 'must have a closing quotation mark' }]);

/** Whether a line opens or closes a field with line breaks. All other quotation marks come in pairs, also those that are part of a field. */
function hasOddQuotes(text: string): boolean {
  let isOdd = false;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) isOdd = !isOdd;
  return isOdd;
}

function headerOf(names: string[] | null, number: number, column: string) {
  const at = names?.indexOf(column) ?? -1;
  if (!names || at < 0 || names.lastIndexOf(column) !== at) {
    throw new InvalidInput([
      { param: `lines.${number}`, message: `must name the columns, one of them ${column}` },
    ]);
  }
  return { width: names.length, at };
}

const QUOTED = /"((?:[^"]|"")*)"(?=,|$)/y;
const PLAIN = /[^",]*(?=,|$)/y;

/** Splits a record; null if it is malformed. */
function fieldsOf(record: string): string[] | null {
  if (!record.includes('"')) return record.split(',');
  const fields: string[] = [];
  for (let start = 0; start <= record.length; ) {
    const pattern = record[start] === '"' ? QUOTED : PLAIN;
    pattern.lastIndex = start;
    const [all, inner] = pattern.exec(record) ?? [];
    if (all === undefined) return null;
    fields.push(inner === undefined ? all : inner.replaceAll('""', '"'));
    start += all.length + 1;
  }
  return fields;
}
