import type { Viewer } from '../../accounts/viewer.ts';
import { BulkRefused, type EntryFailure } from '../../errors/bulk-refused.ts';
import { NotFound, type Refusal, Unavailable, VersionConflict } from '../../errors/refusals.ts';
import { type Origin, originOf } from '../../events/origin.ts';
import type { Changes, Draft, Removal, Segment } from '../segment.ts';
import { isSegmentId } from '../segment-id.ts';
import { isExpectedVersion } from '../store/expected-version.ts';
import type { WriteContext } from '../writes.ts';

/** How often a change is tried if its segments seem to fit afterwards, because others change them at the same time. */
const ATTEMPTS = 3;

/** Creates all segments, or none. Throws QUOTA_EXCEEDED, unless the same request created them before. */
export async function createAll(
  drafts: readonly Draft[],
  once: { idempotencyKey: string; digest: string } | null,
  context: WriteContext,
  viewer: Viewer,
): Promise<Segment[]> {
  const { segments: store, quota } = context;
  const { accountId } = viewer;
  const origin = originOf(context, viewer);
  const segments = drafts.map((draft) => ({ accountId, ...store.birth(), ...draft, ...origin }));
  const call = { accountId, segments, once };
  const create = () => store.createAll(call);
  const created = await (quota
    ? quota.within(accountId, create, () => store.recallAll(call), segments.length)
    : create());
  context.wrote();
  return created.segments;
}

/** Changes all segments, or none. Throws the refusals of the first 20 entries that cannot be applied. */
export const updateAll = (
  changes: readonly Changes[],
  context: WriteContext,
  viewer: Viewer,
): Promise<Segment[]> =>
  together(changes, context, viewer, (placed) =>
    context.segments.updateAll({ accountId: viewer.accountId, changes: placed }),
  );

/** Deletes all segments, or none, and returns them as they were. Throws like `updateAll`. */
export const deleteAll = (
  removals: readonly Removal[],
  context: WriteContext,
  viewer: Viewer,
): Promise<Segment[]> =>
  together(removals, context, viewer, (placed) => {
    const { segments, quota } = context;
    const { accountId } = viewer;
    const remove = () => segments.deleteAll({ accountId, changes: placed });
    return quota ? quota.freeing(accountId, remove, removals.length) : remove();
  });

async function together<Entry extends Removal>(
  entries: readonly Entry[],
  context: WriteContext,
  viewer: Viewer,
  apply: (changes: (Entry & Origin & { accountId: string })[]) => Promise<Segment[] | null>,
): Promise<Segment[]> {
  const { accountId } = viewer;
  const origin = originOf(context, viewer);
  const changes = entries.map((entry) => ({ ...entry, ...origin, accountId }));
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const after = entries.every(({ id }) => isSegmentId(id)) ? await apply(changes) : null;
    if (after) {
      context.wrote();
      return after;
    }
    const [first, ...others] = await failuresOf(entries, context, accountId);
    if (first) throw new BulkRefused('segments', [first, ...others]);
  }
  throw new Unavailable('not_applied', { message: CHANGING });
}

const CHANGING = 'The segments are being changed by others. Nothing was changed. Try again in a moment.';

/** Returns why entries cannot be applied. A malformed id is replaced by the empty one, which no segment has. */
async function failuresOf(
  entries: readonly Removal[],
  { segments }: WriteContext,
  accountId: string,
): Promise<EntryFailure[]> {
  const ids = entries.map(({ id }) => (isSegmentId(id) ? id : ''));
  const found = await segments.getMany({ accountId, ids, texts: 'none' });
  return entries.flatMap((entry, place) => {
    const refusal = refusalOf(entry, found[place] ?? null);
    return refusal ? { place, refusal } : [];
  });
}

function refusalOf(entry: Removal, segment: Segment | null): Refusal | null {
  if (!segment) return new NotFound('segment', entry.id);
  return isExpectedVersion(entry, segment.version) ? null : new VersionConflict('segment', segment.version);
}
