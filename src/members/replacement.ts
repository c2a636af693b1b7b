import { stillMay } from '../accounts/review.ts';
import type { Viewer } from '../accounts/viewer.ts';
import { persistently } from '../database/persistence.ts';
import { InvalidInput, type Issue } from '../errors/invalid-input.ts';
import { NotFound, Refusal, Unavailable } from '../errors/refusals.ts';
import { originOf } from '../events/origin.ts';
import { charged } from '../fairness/loop-time.ts';
import { untilReady } from '../fairness/stream-readiness.ts';
import type { Transfers } from '../fairness/transfers.ts';
import { type Call, resolver } from '../resolver.ts';
import { isSegmentId } from '../segments/segment-id.ts';
import { type CustomerList, checkedIds, ReplaceMembers } from './customer-line.ts';
import type { Replacement } from './store/replacement/begin.ts';
import type { Replaced } from './store/replacement/finish.ts';
import type { MemberStore } from './store.ts';

interface Context extends Call {
  members: MemberStore;
  uploads: Transfers;
  wrote(): void;
  identify(): Promise<Viewer | null>;
  leavePlace(): void;
}

/** Max customers that are staged in one statement, and max characters of their ids. */
const PART = { ids: 5_000, characters: 256 * 1024 };

/**
 * Replaces all members of a segment by a list of any length, which is read as fast as it can be stored. Until it is complete, nobody
 * sees any of it. If it breaks off, nothing is changed. Throws NOT_FOUND before it reads the list, and INVALID_INPUT at the first part
 * of it that has problems.
 */
export const replaceMembers = resolver({
  name: 'replaceMembers',
  scope: 'members:write',
  input: ReplaceMembers,
  run: async ({ segmentId, customers }, context: Context, viewer): Promise<Replaced> => {
    const { accountId } = viewer;
    const { replacement: store } = context.members;
    const end = context.uploads.begin(accountId);
    try {
      const replacement = isSegmentId(segmentId) ? await store.begin({ accountId, id: segmentId }) : null;
      if (!replacement) throw new NotFound('segment', segmentId);
      context.leavePlace();
      try {
        const lines = await stageAll(customers, replacement, context);
        await requireStill(context, viewer);
        const replaced = await store.finish({ ...replacement, ...originOf(context, viewer), lines });
        if (replaced.added + replaced.removed > 0) context.wrote();
        return replaced;
      } catch (error) {
        // If this fails, the cleaner has to wait until it is clear that nobody extends the replacement.
        await persistently(() => store.abandon(replacement)).catch(() => {});
        throw error;
      }
    } finally {
      end();
    }
  },
});

/** Stages the customers of a list. One part is stored while the next one arrives. Returns the number of customers, including repeated ones. */
async function stageAll(
  customers: CustomerList,
  replacement: Replacement,
  context: Context,
): Promise<number> {
  const progress = progressOf(replacement, context);
  let staging = Promise.resolve();
  let part: string[] = [];
  let characters = 0;
  let lines = 0;

  const stage = async () => {
    const [customerIds, firstLine] = [part, lines + 1];
    lines += part.length;
    part = [];
    characters = 0;
    await staging;
    staging = stagePart(replacement, { customerIds, firstLine }, context);
    staging.catch(() => {}); // it is awaited before the next part
    progress(lines);
  };

  for await (const some of customers()) {
    const issues: Issue[] = [];
    const ids = charged(context.loop, () => checkedIds(some, issues));
    if (issues.length > 0) throw new InvalidInput(issues);
    for (const id of ids) {
      part.push(id);
      characters += id.length;
      if (part.length >= PART.ids || characters >= PART.characters) await stage();
    }
    await untilReady(context.loop);
  }
  if (part.length > 0) await stage();
  await staging;
  return lines;
}

/** Stages a part. It can be sent twice, so it is sent again even if its outcome is unknown. */
const stagePart = (
  replacement: Replacement,
  part: { customerIds: readonly string[]; firstLine: number },
  { members }: Context,
): Promise<void> => persistently(() => members.replacement.stage(replacement, part)).catch(notApplied);

/** Before the end, nobody sees anything of a replacement, so a part with an unknown outcome is not applied. */
function notApplied(error: unknown): never {
  throw error instanceof Unavailable ? new Unavailable('not_applied', { cause: error.cause }) : error;
}

const PROGRESS_MS = 5_000;

/** Returns a function that observes how many customers have arrived, if some time has passed. */
function progressOf({ id }: Replacement, { requestId, observe }: Context): (customers: number) => void {
  const start = performance.now();
  let next = start + PROGRESS_MS;
  return (customers) => {
    const now = performance.now();
    if (now < next) return;
    next = now + PROGRESS_MS;
    observe({ kind: 'members_arriving', requestId, segmentId: id, customers, ms: Math.round(now - start) });
  };
}

/** Checks the caller again, because the list may have taken long. */
async function requireStill(context: Context, viewer: Viewer): Promise<void> {
  if (await stillMay(context, viewer, 'members:write')) return;
  throw new Refusal('UNAUTHENTICATED', 'The token of this request has ended. Nothing was changed.');
}
