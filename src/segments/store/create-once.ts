import { sql } from 'drizzle-orm';
import type { Database } from '../../database/connect.ts';
import { idempotencyKeys } from '../../database/tables/idempotency.ts';
import { segments } from '../../database/tables/segments.ts';
import { createOnce } from '../../idempotency/create-once.ts';
import type { Creation } from '../../idempotency/creation.ts';
import { type Keyed, requestDigest } from '../../idempotency/key.ts';
import { recallCreations } from '../../idempotency/recall.ts';
import { type Created, type Draft, WRITABLE } from '../segment.ts';
import { birthOf } from '../segment-id.ts';
import { asCreated, INSERTION, type NewSegment } from './create.ts';

type SegmentOnce = NewSegment & Keyed;

const CREATION: Creation<SegmentOnce, Created> = {
  statements: { claim: 'create_segments_once', find: 'find_idempotency_keys' },
  idColumn: idempotencyKeys.segmentId,
  columns: INSERTION.columns,
  insertFrom: (drafts) =>
    sql`insert into ${segments} (${INSERTION.names}) select ${INSERTION.values} from ${drafts}`,
  created: asCreated,
  replayed: (once, id) => ({ ...asCreated({ ...once, id, createdAt: birthOf(id) }), replayed: true }),
};

/** Creates segments under idempotency keys. */
export const createSegmentsOnce = (db: Database) => createOnce(db, CREATION);

/** Returns what was created under an idempotency key; null if the key was not used. */
export const recallSegments = (db: Database) => recallCreations(db, CREATION);

/** Returns the digest of a creation, which is equal for requests that create the same segment. */
export const draftDigest = (draft: Draft): string =>
  requestDigest(WRITABLE.map((property) => draft[property] ?? null));
