import { stringify } from 'csv-stringify/sync';
import type { Segment } from '../segments/segment.ts';
import { represent } from './representation.ts';
import { COLUMNS } from './segment-columns.ts';

/** How segments are written in one format. */
interface SegmentWriter {
  /** What comes before all segments. */
  opening: string;
  /** Returns the text of some segments: a line or a record for each. */
  of(segments: readonly Segment[]): string;
}

/** A field with LF or CR alone is quoted too, because many readers end a record there. */
const CSV = {
  columns: [...COLUMNS],
  record_delimiter: 'windows',
  quote_record_delimiter: true,
  eof: true,
} as const;

const WRITERS = {
  'application/x-ndjson': {
    opening: '',
    of: (segments) => segments.map((segment) => `${JSON.stringify(represent(segment))}\n`).join(''),
  },
  'text/csv': {
    opening: `${COLUMNS.join(',')}\r\n`,
    of: (segments) => stringify(segments.map(represent), CSV),
  },
} satisfies Record<string, SegmentWriter>;

/** The media types of files of segments that can be written. */
export type FileType = keyof typeof WRITERS;

/** Returns how segments are written as NDJSON, or as CSV (RFC 4180). A text that a spreadsheet takes for a formula is written like every other. */
export const segmentWriter = (type: FileType): SegmentWriter => WRITERS[type];
