import { Unavailable } from '../errors/refusals.ts';

/** A change whose caller waits for its outcome. */
interface Pending {
  settle(refusal: Unavailable): void;
}

/** Makes the changes to each row one at a time, in the order in which they arrive. */
export interface RowTurns<Change> {
  /** Returns whether the change may begin now. If not, `begin` is called when its turn comes. */
  take(change: Change): boolean;
  /** Ends the turn of a change. The next change to its row begins. */
  end(change: Change): void;
  /** Ends the turn of a change that failed with UNAVAILABLE, and refuses all changes that wait for its row. */
  abandon(change: Change): void;
}

interface Options<Change> {
  rowOf(change: Change): string;
  /** Begins a change that had to wait. */
  begin(change: Change): void;
  /** Max milliseconds to wait. A change that has waited longer is refused when its turn comes. */
  patienceMs: number;
  /** What the callers of these changes are told. */
  tooMany?: string;
}

const TOO_MANY = 'Too many changes to the same object are waiting. Try again in a moment.';

/**
 * Two changes to the same row cannot be in one statement: if an `UPDATE … FROM` contains both, Postgres applies one and silently
 * drops the other. They should not be in two concurrent statements either: the second occupies a connection while it waits for
 * the lock of the first, so a few callers that write to one row would occupy most connections.
 */
export function rowTurns<Change extends Pending>({
  rowOf,
  begin,
  patienceMs,
  tooMany = TOO_MANY,
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
        next.change.settle(new Unavailable('not_applied', { message: tooMany }));
      }
      waiting.delete(row);
    },
    abandon(change) {
      const row = rowOf(change);
      const left = waiting.get(row) ?? [];
      waiting.delete(row);
      for (const { change } of left) change.settle(new Unavailable('not_applied'));
    },
  };
}
