import type { Database } from '../database/connect.ts';
import { segmentIds } from './segment-id.ts';
import { countSegments } from './store/count.ts';
import { countSegmentsUpTo } from './store/count-up-to.ts';
import { createSegments } from './store/create.ts';
import { createSegmentsOnce } from './store/create-once.ts';
import { deleteSegments } from './store/delete.ts';
import { forgetIdempotencyKeys } from './store/forget.ts';
import { getSegment } from './store/get.ts';
import { getSegments } from './store/get-many.ts';
import { recallSegments } from './store/idempotency-key.ts';
import { listSegments } from './store/list.ts';
import { updateSegments } from './store/update.ts';

export type SegmentStore = ReturnType<typeof segmentStore>;

/**
 * The segments in Postgres. Every method combines its calls of one turn into one statement, which selects rows by account. `birth`
 * sends no statement: it returns an id and a time for a new segment, by the clock.
 */
export const segmentStore = (db: Database, clock: () => number) => ({
  birth: segmentIds(clock),
  get: getSegment(db),
  getMany: getSegments(db),
  list: listSegments(db),
  count: countSegments(db),
  countUpTo: countSegmentsUpTo(db),
  create: createSegments(db),
  createOnce: createSegmentsOnce(db),
  recall: recallSegments(db),
  forgetIdempotencyKeys: forgetIdempotencyKeys(db),
  update: updateSegments(db),
  delete: deleteSegments(db),
});
