import type { FileFormat } from './file-format.ts';

/** A part of a record of a file, as it is there. */
export interface RecordPiece {
  bytes: Buffer;
  /** The line on which the record begins, 1 for the first one. */
  line: number;
  /** Whether the record begins with this piece. */
  isFirst: boolean;
}

const NEWLINE = 10;
const QUOTE = 34;
const COMMA = 44;

/**
 * Returns a function that splits the chunks of a file into records, without keeping any of them. A record of NDJSON is a line. One of
 * CSV (RFC 4180) can have line breaks between quotation marks. A record has its line break at the end.
 */
export function recordScanner(format: FileFormat): (chunk: Buffer) => Generator<RecordPiece> {
  const endsAt = format === 'csv' ? csvRecords() : () => true;
  let line = 1;
  let first = 1;
  let isFirst = true;
  return function* (chunk) {
    for (let start = 0; start < chunk.length; ) {
      const newline = chunk.indexOf(NEWLINE, start);
      const end = newline < 0 ? chunk.length : newline + 1;
      const bytes = chunk.subarray(start, end);
      const isEnd = endsAt(bytes) && newline >= 0;
      yield { bytes, line: first, isFirst };
      if (newline >= 0) line += 1;
      if (isEnd) first = line;
      isFirst = isEnd;
      start = end;
    }
  };
}

/** Returns a function that reads on to the end of a line, and returns whether the line break there ends a record. */
function csvRecords(): (bytes: Buffer) => boolean {
  let place: 'start of field' | 'field' | 'quoted' | 'after quote' = 'start of field';
  return (bytes) => {
    for (const byte of bytes) {
      if (place === 'quoted') {
        if (byte === QUOTE) place = 'after quote';
      } else if (byte === COMMA || byte === NEWLINE) {
        place = 'start of field';
      } else if (byte === QUOTE && place !== 'field') {
        place = 'quoted'; // also the second of two, which stand for one
      } else {
        place = 'field';
      }
    }
    return place !== 'quoted';
  };
}
