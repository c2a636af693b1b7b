import type { Segment } from '../segments/segment.ts';
import type { SegmentPage } from '../segments/segment-page.ts';

/** A segment as documented, with its properties in the documented order. */
export const represent = (segment: Segment) =>
  ({
    id: segment.id,
    name: segment.name,
    criteria: segment.criteria,
    description: segment.description,
    created_at: seconds(segment.createdAt),
    updated_at: seconds(segment.updatedAt),
  }) satisfies Represented;

/** All properties of a segment except the version, which is sent as the entity tag. */
type Represented = Record<Exclude<keyof Segment, 'createdAt' | 'updatedAt' | 'version'> | Time, unknown>;
type Time = 'created_at' | 'updated_at';

export const representPage = ({ segments }: SegmentPage, hasMore: boolean) => ({
  has_more: hasMore,
  data: segments.map(represent),
});

/** A time as documented: in whole seconds since 1970. */
export const seconds = (date: Date) => Math.floor(date.getTime() / 1000);
