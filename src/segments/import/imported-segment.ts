import { z } from 'zod';
import { quoted } from '../../errors/quoted.ts';
import { aString } from '../../values/text.ts';
import { idempotencyKey, properties } from '../segment.ts';
import { isSegmentId } from '../segment-id.ts';
import type { SegmentFile } from './file-line.ts';

/** The last second of the year 9999, which is as far as clients can show times. */
const MAX_SECONDS = 253_402_300_799;

const id = aString.check(({ value, issues }) => {
  if (isSegmentId(value)) return;
  const message = `must be the id of a segment, 16 letters and digits, or be omitted, not ${quoted(value)}`;
  issues.push({ code: 'custom', message, input: value });
});

const error = ({ input }: { input?: unknown }) =>
  `must be a whole number of seconds since 1970, not ${quoted(input)}`;

/**
 * A line of a file, as the REST API shows a segment. Its id contains the time of creation, so that is ignored. The other properties
 * are required even if the segment exists, because the line replaces it.
 */
export const ImportedSegment = z.strictObject({
  id: id.nullish(),
  ...properties,
  created_at: z.unknown().optional(),
  updated_at: z.int({ error }).min(0, { error }).max(MAX_SECONDS, { error }).nullish(),
});

/** What happens after a line that fails. */
export const ON_ERROR = ['continue', 'stop'] as const;

export const ImportSegments = z.strictObject({
  file: z.custom<SegmentFile>((value) => typeof value === 'function'),
  idempotencyKey,
  /** Whether nothing is written. */
  dryRun: z.boolean().optional(),
  onError: z.enum(ON_ERROR).optional(),
});
