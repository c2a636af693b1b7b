import type { Segment } from '../segments/segment.ts';
import type { SegmentPage } from '../segments/segment-page.ts';

/** A segment as the documentation shows it, its properties in that order. */
export const represent = ({ id, name, criteria, description, createdAt, updatedAt }: Segment) => ({
  id,
  name,
  criteria,
  description,
  created_at: seconds(createdAt),
  updated_at: seconds(updatedAt),
});

export const representPage = ({ segments }: SegmentPage, hasMore: boolean) => ({
  has_more: hasMore,
  data: segments.map(represent),
});

const seconds = (date: Date) => Math.floor(date.getTime() / 1000);
