import type { Event } from '../events/event.ts';
import { type Draft, LONG_TEXTS, MAX_NAME, MAX_TEXT, type Segment } from './segment.ts';
import { JSON_COLUMNS, WRITABLE_JSON } from './store/row.ts';

/** A property that an update changed. A value is null where the segment had none. */
export interface SegmentChange {
  property: keyof Draft;
  before: string | null;
  after: string | null;
}

/** Max characters of the texts of a segment, which an event of it can contain twice. */
export const MAX_CHARACTERS = MAX_NAME + LONG_TEXTS.length * MAX_TEXT;

/** The segment after an event; null once it has been deleted. A column that was added since the event is null. */
export const snapshotOf = ({ segment }: Pick<Event, 'segment'>): Segment | null =>
  segment && JSON_COLUMNS.read(segment);

/** The properties that an update changed, in the order of a segment's properties; none once the segment has been deleted. */
export function changesOf({ segment, details }: Pick<Event, 'segment' | 'details'>): SegmentChange[] {
  if (!segment || !details) return [];
  const after = WRITABLE_JSON.read(segment);
  return WRITABLE_JSON.readDiffering(details).map(({ property, value }) => ({
    property,
    before: textOf(value),
    after: textOf(after[property]),
  }));
}

const textOf = (value: unknown): string | null => (value === null ? null : String(value));
