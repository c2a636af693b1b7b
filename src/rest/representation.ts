import type { z } from 'zod';
import type { Segment } from '../segments/segment.ts';
import type { SegmentPage } from '../segments/segment-page.ts';
import type { CustomerSegment, CustomerSegmentList } from './schemas.ts';

/** A segment as documented, with its properties in the documented order. */
export const represent = (segment: Segment): z.output<typeof CustomerSegment> => ({
  id: segment.id,
  name: segment.name,
  criteria: segment.criteria,
  description: segment.description,
  created_at: seconds(segment.createdAt),
  updated_at: seconds(segment.updatedAt),
});

/** A page of segments as documented. */
export const representPage = (
  { segments }: SegmentPage,
  hasMore: boolean,
): z.output<typeof CustomerSegmentList> => ({
  has_more: hasMore,
  data: segments.map(represent),
});

/** A time as documented: in whole seconds since 1970. */
export const seconds = (date: Date) => Math.floor(date.getTime() / 1000);
