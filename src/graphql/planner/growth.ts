import { setImmediate as nextTurn } from 'node:timers/promises';
import { ResponseTooLarge } from '../../errors/refusals.ts';

/** The progress of an execution: the size of its answer, and the work done in the current turn of the event loop. */
export interface Growth {
  /**
   * Characters of the answer so far. Its bytes are never fewer, because escapes in JSON and UTF-8 only add to them. Only
   * errors count for more than their size.
   */
  size: number;
  readonly maxSize: number;
  /** Fields completed in the current turn. A field with a resolver counts for several. */
  work: number;
  /** Set while the execution waits for the next turn. */
  turn: Promise<void> | undefined;
}

export const beginGrowth = (maxSize: number): Growth => ({ size: 0, maxSize, work: 0, turn: undefined });

/**
 * Max work of an execution in one turn, which takes a few milliseconds. A thousand objects with ten fields each are less, so
 * common requests never wait.
 */
const WORK_PER_TURN = 10_000;

/** The work of a field with a resolver, and of an error. A field that is a property of its object counts as 1. */
export const WORK_OF = { resolver: 4, error: 100 };

/** The characters of a text, or 1 for other values. The fields of an object are counted when they are executed. */
export const sizeOf = (value: unknown): number => (typeof value === 'string' ? value.length + 2 : 1);

/** The size that an error counts for. It is large because creating an error is slow: an answer can have 2,000 errors. */
export const SIZE_OF_ERROR = 4 * 1024;

/** Throws RESPONSE_TOO_LARGE if the answer exceeds its max size, so that the remaining fields are not executed. */
export function checkSize({ size, maxSize }: Growth): void {
  if (size > maxSize) throw new ResponseTooLarge();
}

/** Returns the promise of the next turn if the execution has to wait for it, or undefined if it can continue immediately. */
export function turnDue(growth: Growth): Promise<void> | undefined {
  if (growth.work < WORK_PER_TURN) return undefined;
  growth.turn ??= nextTurn().then(() => {
    growth.work = 0;
    growth.turn = undefined;
  });
  return growth.turn;
}
