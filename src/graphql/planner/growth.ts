import { setImmediate as nextTurn } from 'node:timers/promises';
import { ResponseTooLarge } from '../../errors/refusals.ts';

/** How far an execution has come: what its answer holds, and what it has done since the event loop had a turn. */
export interface Growth {
  /**
   * Characters of the answer, counted as it is completed: never more than its bytes, since JSON escapes and UTF-8 only add.
   * Errors count for more.
   */
  size: number;
  readonly maxSize: number;
  /** Fields completed since the last turn; a field that runs a resolver counts for several. */
  work: number;
  /** Set while the execution waits for a turn. */
  turn: Promise<void> | undefined;
}

export const beginGrowth = (maxSize: number): Growth => ({ size: 0, maxSize, work: 0, turn: undefined });

/**
 * Work that an execution does in one turn: a few milliseconds. A thousand objects with ten fields each take less, so
 * common requests never wait.
 */
const WORK_PER_TURN = 10_000;

/** What a field costs that runs a resolver, beside one that is a property of its object; and an error. */
export const WORK_OF = { resolver: 4, error: 100 };

/** The characters of a completed value: those of a text; the fields of an object are counted when they are executed. */
export const sizeOf = (value: unknown): number => (typeof value === 'string' ? value.length + 2 : 1);

/** What an error counts for. It takes longer to make than its size tells, so an answer of errors alone ends at 2,000. */
export const SIZE_OF_ERROR = 4 * 1024;

/** Throws RESPONSE_TOO_LARGE once the answer is larger than it may become: what is left is not executed. */
export function checkSize({ size, maxSize }: Growth): void {
  if (size > maxSize) throw new ResponseTooLarge();
}

/** The turn of the event loop to wait for before going on; undefined while the execution may go on at once. */
export function turnDue(growth: Growth): Promise<void> | undefined {
  if (growth.work < WORK_PER_TURN) return undefined;
  growth.turn ??= nextTurn().then(() => {
    growth.work = 0;
    growth.turn = undefined;
  });
  return growth.turn;
}
