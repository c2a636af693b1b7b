import { Unavailable } from '../errors/refusals.ts';

/** A change of one row that can be refused. */
interface Refusable {
  refuse(refusal: Unavailable): void;
}

/** Lets one change of each row through at a time, in the order in which they came. */
export interface RowTurns<Change> {
  /** Tells whether the change may begin. If not, it begins when its turn comes. */
  take(change: Change): boolean;
  /** Ends the turn of a change. The next one of its row begins. */
  end(change: Change): void;
  /** Ends the turn of a change that found the database away, and refuses all that wait for its row. */
  abandon(change: Change): void;
}

interface Options<Change> {
  rowOf(change: Change): string;
  /** Begins a change that had to wait. */
  begin(change: Change): void;
  /** How long a change may wait. One that waited longer is refused when its turn comes. */
  patienceMs: number;
}

/**
 * Two changes of one row cannot be in one statement: of two in a single `UPDATE … FROM`, Postgres makes one and silently
 * drops the other. In two statements at a time, the second would hold a connection only to wait for the lock of the first,
 * and a few callers that write to one row would hold most connections.
 */
export function rowTurns<Change extends Refusable>({
  rowOf,
  begin,
  patienceMs,
}: Options<Change>): RowTurns<Change> {
  const waiting = new Map<string, { change: Change; since: number }[]>();
  return {
    take(change) {
      const row = rowOf(change);
      const before = waiting.get(row);
      if (before) before.push({ change, since: performance.now() });
      else waiting.set(row, []);
      return !before;
    },
    end(change) {
      const row = rowOf(change);
      const latest = performance.now() - patienceMs;
      for (let next = waiting.get(row)?.shift(); next; next = waiting.get(row)?.shift()) {
        if (next.since >= latest) return begin(next.change);
        next.change.refuse(tooMany());
      }
      waiting.delete(row);
    },
    abandon(change) {
      const row = rowOf(change);
      const left = waiting.get(row) ?? [];
      waiting.delete(row);
      for (const { change } of left) change.refuse(new Unavailable('not_applied'));
    },
  };
}

const tooMany = () =>
  new Unavailable('not_applied', {
    message: 'Too many changes to the same object are waiting. Try again in a moment.',
  });
