import type { Viewer } from '../../accounts/viewer.ts';
import { persistently } from '../../database/persistence.ts';
import { QuotaExceeded, Refusal, Timeout, Unavailable } from '../../errors/refusals.ts';
import { originOf } from '../../events/origin.ts';
import type { WriteContext } from '../writes.ts';
import type { LineResult } from './file-line.ts';
import type { KeptNote } from './kept-note.ts';
import type { Done, Note } from './note.ts';
import { isCreation, isWriting, newlyDone, type PlacedLine, type Plan, planOf, resultOf } from './plan.ts';

/** How an import is done. */
export interface Mode {
  /** Whether nothing is written. */
  isDry: boolean;
  /** Whether the import stops at the first line that fails. */
  stops: boolean;
}

/** How often a part is decided again without a pause if others change its segments or its note at the same time. */
const DECISIONS = 10;

const CHANGING = 'The segments of these lines are being changed by others. Try again in a moment.';
const NOTHING: Note = new Map();

/**
 * Returns the function that imports lines, of which no two have the same id, in one step, and returns their results. If its outcome is
 * unknown, it is tried again: the ids of new segments stay the same, so none is created twice. Throws UNAVAILABLE after ten seconds.
 */
export function partImporter(context: WriteContext, viewer: Viewer, { isDry, stops }: Mode) {
  const { quota, segments: store } = context;
  const { accountId } = viewer;
  const origin = { accountId, ...originOf(context, viewer) };

  /** Refuses the lines for which there is no room in the account. */
  const withinQuota = async (plans: Plan[]): Promise<Plan[]> => {
    const creations = plans.filter(isCreation).length;
    if (!quota || creations === 0) return plans;
    let room = await quota.room(accountId, creations);
    if (room >= creations) return plans;
    const refusal = new QuotaExceeded(quota.limit);
    return plans.map((plan): Plan => {
      if (!isCreation(plan)) return plan;
      room -= 1;
      return room < 0 ? { number: plan.number, place: plan.place, kind: 'refuse', refusal } : plan;
    });
  };

  /** Decides what becomes of the lines. If the import stops at a line that fails, that line is the last of the result. */
  const planned = async (part: readonly PlacedLine[], note: KeptNote | null, intended: Map<number, Done>) => {
    const done = note ? await note.done() : NOTHING;
    const mayExist = part.flatMap(({ line }) =>
      line instanceof Refusal || (line.isNew && intended.size === 0) ? [] : [line.segment.id],
    );
    const found = await store.imports.find(accountId, mayExist);
    const plans = await withinQuota(part.map((each) => planOf(each, { done, found, intended })));
    const failure = stops ? plans.findIndex(({ kind }) => kind === 'refuse') : -1;
    return failure < 0 ? plans : plans.slice(0, failure + 1);
  };

  /** Carries out all plans, or none. Returns whether they were carried out. */
  const carryOut = async (plans: readonly Plan[], note: KeptNote | null): Promise<boolean> => {
    const writing = plans.filter(isWriting);
    const done = note ? newlyDone(plans) : NOTHING;
    if (writing.length === 0 && done.size === 0) return true;
    const segments = writing.map(({ line, replaces }) => ({ ...line.segment, ...origin, replaces }));
    const change = note?.with(done) ?? null;
    const send = async () => ({
      replayed: !(await store.imports.write({ accountId, segments, note: change })),
    });
    const creations = writing.filter(isCreation).length;
    const { replayed } = await (quota && creations > 0
      ? quota.within(accountId, send, async () => null, creations)
      : send());
    if (replayed) return false;
    if (change) note?.written(change);
    if (segments.length > 0) context.wrote();
    return true;
  };

  return async function importPart(
    part: readonly PlacedLine[],
    note: KeptNote | null,
  ): Promise<LineResult[]> {
    const intended = new Map<number, Done>();
    const attempt = async (): Promise<LineResult[]> => {
      for (let decision = 0; decision < DECISIONS; decision++) {
        const plans = await planned(part, note, intended);
        for (const { number, status } of plans.filter(isWriting)) intended.set(number, status);
        if (isDry || (await carryOut(plans, note))) return plans.map((plan) => resultOf(plan, isDry));
        note?.forget();
      }
      throw new Unavailable('not_applied', { message: CHANGING });
    };
    return persistently(attempt, mayPass).catch((error: unknown) => {
      if (error instanceof Timeout && part.length > 1) return inHalves(part, note);
      throw error;
    });

    async function inHalves(part: readonly PlacedLine[], note: KeptNote | null): Promise<LineResult[]> {
      const half = Math.ceil(part.length / 2);
      const first = await importPart(part.slice(0, half), note);
      if (stops && first.some(({ status }) => status === 'failed')) return first;
      return [...first, ...(await importPart(part.slice(half), note))];
    }
  };
}

const mayPass = (error: unknown): boolean => error instanceof Unavailable || error instanceof QuotaExceeded;
