import { Readable } from 'node:stream';
import { birthOf } from '../../src/segments/segment-id.ts';

/** The form of a file: for COPY, or for an import. */
export type Form = 'copy' | 'ndjson' | 'csv';

const PART = 1_000;
const TEXT = 'Customers who spend more than $1000 per month';

/** Returns a file of so many new segments, as it is sent. For COPY, they have an account and ids. */
export const fileOf = (form: Form, lines: number, account = ''): Readable =>
  Readable.from(partsOf(form, lines, account));

function* partsOf(form: Form, lines: number, account: string): Generator<Buffer> {
  if (form === 'csv') yield Buffer.from('name,criteria,description\r\n');
  for (let first = 0; first < lines; first += PART) {
    const part = Array.from({ length: Math.min(PART, lines - first) }, (_, i) =>
      lineOf(form, first + i, account),
    );
    yield Buffer.from(part.join(''));
  }
}

function lineOf(form: Form, n: number, account: string): string {
  const name = `Segment ${n}`;
  if (form === 'ndjson') return `${JSON.stringify({ name, criteria: TEXT, description: TEXT })}\n`;
  if (form === 'csv') return `${name},${TEXT},${TEXT}\r\n`;
  const id = `0VbqVbqV${String(n).padStart(8, '0')}`;
  const at = birthOf(id).toISOString();
  return `${[account, id, name, TEXT, TEXT, at, at].join('\t')}\n`;
}
