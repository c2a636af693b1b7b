import type { Context } from '../context.ts';
import { charged } from '../fairness/loop-time.ts';
import { preferring } from '../http/accept.ts';
import { exportSegments } from '../segments/export/resolvers.ts';
import type { SegmentExport } from '../segments/export/segment-export.ts';
import type { Handler } from './operation.ts';
import { untagged } from './preconditions.ts';

const NDJSON = 'application/x-ndjson';
const CSV = 'text/csv';
const prefersCsv = preferring(CSV, NDJSON);

/** Exports all segments, or those that match a filter, as one file. */
export const exportFile: Handler = async (
  { fields: { name, criteria, member, ...others }, headers },
  context,
) => {
  const input = { ...others, filter: { name: { eq: name }, criteria: { eq: criteria }, member } };
  exportSegments.check(input, context); // an export that is not needed is not begun
  const { status } = untagged(headers, 'collection', {});
  if (status) return { status, headers: VARY };
  const running = await exportSegments.parse(input, context);
  const file = prefersCsv(headers.accept) ? CSV_FILE : NDJSON_FILE;
  return {
    headers: { ...VARY, ...file.headers, 'event-cursor': running.headCursor },
    pieces: {
      texts: textsOf(running, file.type, context),
      close: () => running.pages.return(undefined),
    },
  };
};

const VARY = { vary: 'Accept' };

const fileNamed = (name: string) => ({ 'content-disposition': `attachment; filename="${name}"` });
const CSV_FILE = {
  type: CSV,
  headers: { 'content-type': `${CSV}; charset=utf-8; header=present`, ...fileNamed('customer-segments.csv') },
} as const;
const NDJSON_FILE = {
  type: NDJSON,
  headers: { 'content-type': NDJSON, ...fileNamed('customer-segments.ndjson') },
} as const;

async function* textsOf(
  { pages }: SegmentExport,
  type: typeof CSV | typeof NDJSON,
  { loop }: Context,
): AsyncGenerator<string> {
  const { segmentWriter } = await import('./segment-text.ts'); // most processes never export
  const { opening, of } = segmentWriter(type);
  let text = opening;
  for await (const segments of pages) {
    if (segments.length === 0) continue;
    yield text + charged(loop, () => of(segments));
    text = '';
  }
  if (text !== '') yield text;
}
