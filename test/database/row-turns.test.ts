import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { rowTurns } from '../../src/database/row-turns.ts';

interface Change {
  row: string;
  settle(refusal: Error): void;
}

const PATIENCE_MS = 100;
const NOT_APPLIED = { code: 'UNAVAILABLE', outcome: 'not_applied' };

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

describe('changes to one row', () => {
  it('begin one after another, in order of arrival', () => {
    const { turns, begun, newChange } = world();
    const changes = [newChange('a'), newChange('a'), newChange('a')];
    expect(changes.map(turns.take)).toEqual([true, false, false]);
    for (const change of changes) turns.end(change);
    expect(begun).toEqual(changes.slice(1));
  });

  it('do not wait for changes to other rows', () => {
    const { turns, newChange } = world();
    const changes = ['a', 'b', 'a', 'c'].map(newChange);
    expect(changes.map(turns.take)).toEqual([true, true, false, true]);
  });

  it('begin immediately if no other is left', () => {
    const { turns, newChange } = world();
    const first = newChange('a');
    turns.take(first);
    turns.end(first);
    expect(turns.take(newChange('a'))).toBe(true);
  });

  it('are refused after waiting too long, and the next one begins', () => {
    const { turns, begun, refused, newChange } = world();
    const [first, late, next] = [newChange('a'), newChange('a'), newChange('a')];
    turns.take(first);
    turns.take(late);
    vi.advanceTimersByTime(PATIENCE_MS + 1);
    turns.take(next);
    turns.end(first);
    expect([...refused]).toEqual([[late, expect.objectContaining(NOT_APPLIED)]]);
    expect(begun).toEqual([next]);
  });

  it('are refused together with one that found the database unavailable', () => {
    const { turns, begun, refused, newChange } = world();
    const [first, second, other] = [newChange('a'), newChange('a'), newChange('b')];
    for (const change of [first, second, other]) turns.take(change);
    turns.abandon(first);
    expect([...refused]).toEqual([[second, expect.objectContaining(NOT_APPLIED)]]);
    expect(begun).toEqual([]);
    expect(turns.take(newChange('a'))).toBe(true);
  });
});

/** Row turns, with the changes that have begun and those that were refused. */
function world() {
  const begun: Change[] = [];
  const refused = new Map<Change, Error>();
  const newChange = (row: string): Change => {
    const change: Change = { row, settle: (refusal) => refused.set(change, refusal) };
    return change;
  };
  const turns = rowTurns<Change>({
    rowOf: ({ row }) => row,
    begin: (change) => begun.push(change),
    patienceMs: PATIENCE_MS,
  });
  return { turns, begun, refused, newChange };
}
