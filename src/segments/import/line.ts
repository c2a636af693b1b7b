import { InvalidInput, type Issue } from '../../errors/invalid-input.ts';
import type { Refusal } from '../../errors/refusals.ts';
import { checkedInput } from '../../resolver.ts';
import type { Draft } from '../segment.ts';
import { type Birth, birthOf } from '../segment-id.ts';
import type { FileLine, LineResult } from './file-line.ts';
import { ImportedSegment } from './imported-segment.ts';

/** A line that can be imported. */
export interface Line {
  number: number;
  /** Whether the line has no id, so that it always creates a segment. The id is then a new one. */
  isNew: boolean;
  segment: Draft & Birth & { updatedAt: Date | null };
}

/** Checks a line, and gives the new segment of a line without an id its id. Throws INVALID_INPUT. */
export function lineOf({ number, properties, problems }: FileLine, birth: () => Birth): Line {
  if (problems) throw new InvalidInput(problems);
  const { id, updated_at: updatedAt, created_at: _, ...draft } = checkedInput(ImportedSegment, properties);
  if (id == null) return { number, isNew: true, segment: { ...draft, ...birth(), updatedAt: null } };
  const times = { createdAt: birthOf(id), updatedAt: updatedAt == null ? null : new Date(updatedAt * 1_000) };
  return { number, isNew: false, segment: { ...draft, id, ...times } };
}

/** Returns the result of a line that is not imported. */
export const failed = (line: number, refusal: Refusal): LineResult => ({
  line,
  status: 'failed',
  code: refusal.code,
  errors:
    refusal instanceof InvalidInput ? refusal.issues.map(ofLine) : [{ param: '', message: refusal.message }],
});

/** An issue with a line as a whole has no parameter. */
const ofLine = ({ param, message }: Issue): Issue => ({ param: param === 'input' ? '' : param, message });
