import type { Segment } from '../segment.ts';

/** An export in progress. Its reader must read the segments to the end, or call `return` on them. */
export interface SegmentExport {
  /** The cursor of the newest event in the snapshot. The events after it are exactly the changes that the export does not show. */
  headCursor: string;
  /** All segments of one snapshot, oldest first, in pages. Throws a refusal if they cannot be read to the end. */
  pages: AsyncGenerator<readonly Segment[]>;
}
