import { z } from 'zod';
import { quoted } from '../../errors/quoted.ts';
import { DeleteSegment, Draft, idempotencyKey, UpdateSegment } from '../segment.ts';

/** Whether a bulk write is applied as a whole or not at all, or each of its entries by itself. */
export const MODES = ['ALL_OR_NOTHING', 'EACH_ALONE'] as const;
const [ALL_OR_NOTHING, EACH_ALONE] = MODES;

/** Max entries of a bulk write. */
export const MAX_ENTRIES = 1_000;

const MANY = MAX_ENTRIES.toLocaleString('en');

/** A list of 1 to 1,000 entries. */
const entriesOf = <Entry extends z.ZodType>(entry: Entry) => {
  const error = ({ input }: { input?: unknown }) =>
    `must have 1 to ${MANY} entries, not ${Array.isArray(input) ? input.length.toLocaleString('en') : quoted(input)}`;
  return z.array(entry, { error }).min(1, { error }).max(MAX_ENTRIES, { error });
};

/** A union of inputs reports an unknown mode with the whole input. */
const unknownMode = ({ input }: { input?: unknown }) => {
  const given = typeof input === 'object' && input !== null && 'mode' in input ? input.mode : input;
  return `must be one of ${MODES.join(', ')}, not ${quoted(given)}`;
};

/**
 * The input of a bulk write. If each entry is applied by itself, each is also checked by itself, so that an invalid one is refused
 * alone.
 */
const bulkOf = <Entry extends z.ZodType, Others extends z.ZodRawShape>(entry: Entry, others: Others) => {
  const whole = z.strictObject({
    mode: z.literal(ALL_OR_NOTHING).nullish(),
    segments: entriesOf(entry).check(distinct),
    ...others,
  });
  const alone = z.strictObject({
    mode: z.literal(EACH_ALONE),
    segments: entriesOf(z.unknown()).check(distinct),
    ...others,
  });
  return z.discriminatedUnion('mode', [whole, alone], { error: unknownMode });
};

/** Refuses two entries for one segment: which of them is applied first would be arbitrary. New segments have no ids yet. */
function distinct({ value, issues }: { value: readonly unknown[]; issues: z.core.$ZodRawIssue[] }): void {
  const places = new Map<string, number>();
  for (const [place, entry] of value.entries()) {
    const id = idOf(entry);
    if (id === undefined) continue;
    const first = places.get(id);
    if (first === undefined) {
      places.set(id, place);
      continue;
    }
    const message = `must not be the segment of segments.${first} again: ${quoted(id)}`;
    issues.push({ code: 'custom', path: [place, 'id'], message, input: id });
  }
}

const idOf = (entry: unknown): string | undefined =>
  typeof entry === 'object' && entry !== null && 'id' in entry && typeof entry.id === 'string'
    ? entry.id
    : undefined;

export const CreateSegments = bulkOf(Draft, { idempotencyKey });
export const UpdateSegments = bulkOf(UpdateSegment, {});
export const DeleteSegments = bulkOf(DeleteSegment, {});
