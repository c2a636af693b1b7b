import { stringify } from 'csv-stringify/sync';
import type { Segment } from '../segments/segment.ts';
import { represent } from './representation.ts';
import { COLUMNS } from './segment-columns.ts';

/** Writes segments in one format. */
interface SegmentWriter {
  /** What comes before all segments. */
  opening: string;
  /** One line or record for each segment. */
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

/** Returns what writes segments: NDJSON, or CSV as defined by RFC 4180. Formulas of spreadsheets are written like every other text. */
export const segmentWriter = (type: FileType): SegmentWriter => WRITERS[type];
