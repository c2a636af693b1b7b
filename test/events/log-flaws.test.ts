import { expect, it } from 'vitest';
import { flawsOf, type Logged } from './log-flaws.ts';

const made: Logged = { n: 1, type: 'SEGMENT_CREATED', segmentId: 's', version: 1, requestId: 'a' };
const changed: Logged = { n: 2, type: 'SEGMENT_UPDATED', segmentId: 's', version: 2, requestId: 'b' };
const deleted: Logged = { n: 3, type: 'SEGMENT_DELETED', segmentId: 's', version: 3, requestId: 'c' };
const all = [made, changed, deleted];

it('a log that agrees with the acknowledged writes has no flaw', () => {
  expect(flawsOf(all, all)).toEqual([]);
  expect(flawsOf(all, [made, changed, { ...deleted, version: null }])).toEqual([]);
  expect(flawsOf(all, [made, changed], new Set(['c', 'd']))).toEqual([]);
});

it.each<[string, Logged[], RegExp]>([
  ['lacks an event', [made, changed], /^lost: SEGMENT_DELETED/],
  ['has an event twice', [...all, { ...deleted, n: 4 }], /^extra: SEGMENT_DELETED/],
  [
    'has an event of another request',
    [made, changed, { ...deleted, requestId: 'd' }],
    /^extra: .* request d/,
  ],
  ['skips a number', [made, changed, { ...deleted, n: 4 }], /^number 4 at place 3/],
  ['has a number twice', [made, changed, { ...deleted, n: 2 }], /^number 2 at place 3/],
  ['begins with another number', all.map((event) => ({ ...event, n: event.n + 1 })), /^number 2 at place 1/],
  ['skips a version', [made, { ...changed, version: 3 }, { ...deleted, version: 4 }], /^out of order/],
  [
    'has versions out of order',
    [made, { ...deleted, n: 2 }, { ...changed, n: 3 }],
    /^out of order: SEGMENT_DELETED/,
  ],
  [
    'has an event of a deleted segment',
    [...all, { ...changed, n: 4, version: 4, requestId: 'd' }],
    /^out of order/,
  ],
])('a log that %s is flawed', (_, log, flaw) => {
  expect(flawsOf(log, all)).toContainEqual(expect.stringMatching(flaw));
});
