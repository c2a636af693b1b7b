import type { Database } from '../database/connect.ts';
import { segmentIds } from './segment-id.ts';
import { deleteAll, updateAll } from './store/change-all.ts';
import { claimCall } from './store/claim-call.ts';
import { countSegments } from './store/count.ts';
import { countSegmentsUpTo } from './store/count-up-to.ts';
import { createSegments } from './store/create.ts';
import { createAll, recallAll } from './store/create-all.ts';
import { createSegmentsOnce, recallSegments } from './store/create-once.ts';
import { deleteSegments } from './store/delete.ts';
import { exportSegments } from './store/export.ts';
import { getSegment } from './store/get.ts';
import { getSegments } from './store/get-many.ts';
import { importStore } from './store/import.ts';
import { listSegments } from './store/list.ts';
import { updateSegments } from './store/update.ts';

export type SegmentStore = ReturnType<typeof segmentStore>;

/**
 * The segments in Postgres. Each method sends one statement for all calls of a turn, and every call names its account. `birth`
 * sends no statement: it returns the id and the time of creation of a new segment, by the given clock. `export` sends many, in a
 * transaction of its own.
 */
export const segmentStore = (db: Database, clock: () => number) => ({
  birth: segmentIds(clock),
  get: getSegment(db),
  getMany: getSegments(db),
  list: listSegments(db),
  count: countSegments(db),
  countUpTo: countSegmentsUpTo(db),
  export: exportSegments(db),
  create: createSegments(db),
  createOnce: createSegmentsOnce(db),
  recall: recallSegments(db),
  update: updateSegments(db),
  delete: deleteSegments(db),
  claimCall: claimCall(db),
  createAll: createAll(db),
  recallAll: recallAll(db),
  updateAll: updateAll(db),
  deleteAll: deleteAll(db),
  imports: importStore(db),
});
