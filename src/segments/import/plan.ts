import { IdempotencyKeyReused, Refusal } from '../../errors/refusals.ts';
import { type Segment, WRITABLE } from '../segment.ts';
import type { LineResult } from './file-line.ts';
import { failed, type Line } from './line.ts';
import { type Done, digestOf, type Note } from './note.ts';

/** A line of a file in its place among the lines of its note, or why it cannot be imported. */
export interface PlacedLine {
  number: number;
  place: number;
  line: Line | Refusal;
}

/** What becomes of a line: it is refused, there is nothing to do, or its segment is written. */
export type Plan = { number: number; place: number } & (
  | { kind: 'refuse'; refusal: Refusal }
  | { kind: 'leave'; status: Done; line: Line; id: string; isNoted: boolean }
  | { kind: 'write'; status: Done; line: Line; replaces: number | null }
);
export type Writing = Extract<Plan, { kind: 'write' }>;

/** What is known about the lines of a part. */
interface Known {
  /** The lines that an import with the same key has done. */
  done: Note;
  /** The segments that exist, by id. */
  found: ReadonlyMap<string, Segment>;
  /** What an attempt with an unknown outcome meant to write, by the numbers of the lines. */
  intended: ReadonlyMap<number, Done>;
}

/** Decides what becomes of a line. */
export function planOf({ number, place, line }: PlacedLine, { done, found, intended }: Known): Plan {
  const at = { number, place };
  if (line instanceof Refusal) return { ...at, kind: 'refuse', refusal: line };
  const before = done.get(place);
  if (before) {
    if (before.digest !== digestOf(line))
      return { ...at, kind: 'refuse', refusal: doneDifferently(before.id) };
    return { ...at, kind: 'leave', status: before.status, line, id: before.id, isNoted: true };
  }
  const { id } = line.segment;
  const segment = found.get(id);
  if (!segment) return { ...at, kind: 'write', status: 'created', line, replaces: null };
  // A new id exists only if an attempt with an unknown outcome has stored it. It may have been changed since.
  if (line.isNew || isSame(line, segment)) {
    return { ...at, kind: 'leave', status: intended.get(number) ?? 'unchanged', line, id, isNoted: false };
  }
  return { ...at, kind: 'write', status: 'updated', line, replaces: segment.version };
}

const isSame = ({ segment }: Line, stored: Segment): boolean =>
  WRITABLE.every((property) => segment[property] === stored[property]);

const doneDifferently = (id: string): Refusal =>
  new IdempotencyKeyReused(
    `This line was imported with this idempotency key before, as segment ${id}, and was different then. To change the segment, import the line with this id and another key.`,
  );

/** Returns the result of a line whose plan was carried out. A dry run knows no id of a new segment. */
export function resultOf(plan: Plan, isDry: boolean): LineResult {
  const { number: line } = plan;
  if (plan.kind === 'refuse') return failed(line, plan.refusal);
  if (plan.kind === 'leave') return { line, status: plan.status, id: plan.id };
  const { isNew, segment } = plan.line;
  return { line, status: plan.status, ...(!(isDry && isNew) && { id: segment.id }) };
}

export const isWriting = (plan: Plan): plan is Writing => plan.kind === 'write';
export const isCreation = (plan: Plan): boolean => isWriting(plan) && plan.replaces === null;

/** The lines that are done once these plans are carried out and that are not in the note yet, by their places. */
export const newlyDone = (plans: readonly Plan[]): Note =>
  new Map(
    plans.flatMap((plan) => {
      if (plan.kind === 'refuse' || (plan.kind === 'leave' && plan.isNoted)) return [];
      const { place, status, line } = plan;
      return [[place, { status, id: line.segment.id, digest: digestOf(line) }] as const];
    }),
  );
