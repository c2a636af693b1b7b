import type { Event } from '../events/event.ts';
import type { Draft, Segment } from './segment.ts';
import { JSON_COLUMNS, WRITABLE_JSON } from './store/row.ts';

/** A property that an update changed, and its values. */
export interface Change {
  property: keyof Draft;
  before: unknown;
  after: unknown;
}

/** Returns the segment after the change that an event records; null once the segment has been deleted. */
export const snapshotOf = ({ segment }: Event): Segment | null => segment && JSON_COLUMNS.read(segment);

/** Returns what an update changed. Empty for other events, and once the segment has been deleted. */
export function changesOf(event: Event): Change[] {
  const snapshot = snapshotOf(event);
  if (!snapshot || !event.before) return [];
  return WRITABLE_JSON.readDiffering(event.before).map(({ property, value }) => ({
    property,
    before: value,
    after: snapshot[property],
  }));
}
