import { z } from 'zod';
import { properties, type Segment } from '../../segments/segment.ts';
import { hasMore, seconds, segmentId } from './properties.ts';

/** All properties of a segment except the version, which is sent as the entity tag. */
type Shown = Exclude<keyof Segment, 'createdAt' | 'updatedAt' | 'version'> | 'created_at' | 'updated_at';

export const CustomerSegment = z
  .object({
    id: segmentId,
    ...properties,
    created_at: seconds('Time of creation'),
    updated_at: seconds('Time of the last change'),
  } satisfies Record<Shown, z.ZodType>)
  .meta({ description: 'A named group of your customers.' });

export const CustomerSegmentList = z
  .object({ has_more: hasMore, data: z.array(CustomerSegment).meta({ description: 'The segments.' }) })
  .meta({ description: 'A page of segments.' });
