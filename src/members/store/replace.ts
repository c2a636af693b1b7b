import type { Database } from '../../database/connect.ts';
import { refusalOf } from '../../database/failure.ts';
import { NotFound } from '../../errors/refusals.ts';
import { abandonReplacement } from './replacement/abandon.ts';
import { beginReplacement, type Replacement } from './replacement/begin.ts';
import { finishReplacement } from './replacement/finish.ts';
import { type Part, stageMembers } from './replacement/stage.ts';
import { lapsed } from './replacement/staged.ts';

/**
 * Replaces all members of a segment, in steps: begin, stage the members in parts, finish. Staged members cannot be seen. Whatever
 * happens before `finish` is done, they are deleted in the background.
 */
export function replaceAll(db: Database) {
  const steps = {
    begin: beginReplacement(db),
    stage: stageMembers(db),
    abandon: abandonReplacement(db),
  };
  const refused = (error: unknown): never => {
    throw refusalOf(error, { isWrite: true });
  };
  return {
    /** Begins a replacement; null if the account has no such segment. Throws UNAVAILABLE. */
    begin: (key: Parameters<typeof steps.begin>[0]) => steps.begin(key).catch(refused),

    /** Stages members. Throws NOT_FOUND if the segment is gone, and UNAVAILABLE. A part can be staged again after any failure. */
    async stage(replacement: Replacement, part: Part): Promise<void> {
      const staging = await steps.stage(replacement, part).catch(refused);
      if (staging === 'gone') throw new NotFound('segment', replacement.id);
      if (staging === 'lapsed') throw lapsed();
    },

    /** Makes the staged members those of the segment. Throws NOT_FOUND, TIMEOUT and UNAVAILABLE. */
    finish: finishReplacement(db),

    /** Leaves the staged members to the cleaner. */
    abandon: (replacement: Replacement) => steps.abandon(replacement).catch(refused),
  };
}
