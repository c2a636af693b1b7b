import { requestDigest } from '../../idempotency/key.ts';
import { resolver } from '../../resolver.ts';
import { type Changes, DeleteSegment, Draft, type Removal, UpdateSegment } from '../segment.ts';
import { draftDigest } from '../store/create-once.ts';
import { create, remove, update, type WriteContext } from '../writes.ts';
import { createAll, deleteAll, updateAll } from './all-or-nothing.ts';
import { eachAlone, type Result } from './each-alone.ts';
import { CreateSegments, DeleteSegments, MODES, UpdateSegments } from './entries.ts';

const [ALL_OR_NOTHING] = MODES;

/**
 * Creates segments: all of them or none, or each by itself. Returns the result of each entry in its place. With an idempotency key,
 * all entries together are one request: a retry gets the same segments, and creates those that an earlier one did not.
 */
export const createSegments = resolver({
  name: 'createSegments',
  scope: 'segments:write',
  input: CreateSegments,
  run: async (input, context: WriteContext, viewer): Promise<Result[]> => {
    const { idempotencyKey: key } = input;
    chargeEntries(input, context);
    if (input.mode !== 'EACH_ALONE') {
      const { segments } = input;
      const digest = key && requestDigest([ALL_OR_NOTHING, ...segments.map(draftDigest)]);
      return createAll(segments, key && digest ? { idempotencyKey: key, digest } : null, context, viewer);
    }
    const { segments, mode } = input;
    if (key) {
      const digest = requestDigest([mode, ...segments]);
      await context.segments.claimCall({ accountId: viewer.accountId, idempotencyKey: key, digest });
    }
    return eachAlone(Draft, segments, context.requestId, (draft, place) =>
      create({ ...draft, idempotencyKey: key ? keyOfEntry(key, place) : null }, context, viewer),
    );
  },
});

/** Changes segments: all of them or none, or each by itself. Returns the result of each entry in its place. */
export const updateSegments = resolver({
  name: 'updateSegments',
  scope: 'segments:write',
  input: UpdateSegments,
  run: async (input, context: WriteContext, viewer): Promise<Result[]> => {
    chargeEntries(input, context);
    if (input.mode !== 'EACH_ALONE') return updateAll(input.segments, context, viewer);
    const apply = (changes: Changes) => update(changes, context, viewer);
    return eachAlone(UpdateSegment, input.segments, context.requestId, apply);
  },
});

/** Deletes segments permanently: all of them or none, or each by itself. Returns the result of each entry in its place. */
export const deleteSegments = resolver({
  name: 'deleteSegments',
  scope: 'segments:write',
  input: DeleteSegments,
  run: async (input, context: WriteContext, viewer): Promise<Result[]> => {
    chargeEntries(input, context);
    if (input.mode !== 'EACH_ALONE') return deleteAll(input.segments, context, viewer);
    const apply = (removal: Removal) => remove(removal, context, viewer);
    return eachAlone(DeleteSegment, input.segments, context.requestId, apply);
  },
});

/**
 * What an entry costs the event loop after it has been checked, in milliseconds: a thousand took 10 to 20 ms (2026-11-28). Otherwise, an
 * account that sends bulk writes all the time would slow down the others.
 */
const MS_OF_ENTRY = 0.015;

const chargeEntries = ({ segments }: { segments: readonly unknown[] }, { loop }: WriteContext): void =>
  loop?.charge(segments.length * MS_OF_ENTRY);

/**
 * The key of an entry. A caller's key contains no space, so that no caller can use it. With leading zeros, the keys sort by place, and
 * so do the segments in the log.
 */
const keyOfEntry = (key: string, place: number): string => `${key} ${String(place).padStart(4, '0')}`;
