import fc from 'fast-check';
import { beforeEach, expect, it } from 'vitest';
import { exportSegments } from '../../src/segments/export/resolvers.ts';
import { createSegment, deleteSegment, updateSegment } from '../../src/segments/resolvers.ts';
import type { Segment } from '../../src/segments/segment.ts';
import { snapshotOf } from '../../src/segments/segment-event.ts';
import { wholeLog } from '../events/whole-log.ts';
import { draft, testGateway, viewers } from '../harness.ts';
import { exported, fill, listed } from './exported.ts';

const gateway = testGateway();
/** `EXPORTS=1000` is the long run. */
const RUNS = Number(process.env.EXPORTS ?? 25);
const SEGMENTS = 300;

beforeEach(async () => {
  await gateway.database.$client.query('truncate segments, events, event_heads');
  await fill(gateway, SEGMENTS);
});

const KINDS = ['create', 'update', 'delete'] as const;

/** A write. Its place selects one of the segments that exist then. */
const write = fc.record({
  kind: fc.constantFrom(...KINDS),
  place: fc.nat(2 * SEGMENTS),
});
type Write = typeof write extends fc.Arbitrary<infer Value> ? Value : never;

async function make({ kind, place }: Write, ids: string[], context = gateway.context()): Promise<void> {
  const at = place % Math.max(ids.length, 1);
  const id = ids[at];
  if (kind === 'create' || id === undefined) {
    ids.push((await createSegment(draft({ name: `new ${place}` }), context)).id);
  } else if (kind === 'update') {
    await updateSegment({ id, name: `changed ${place}` }, context);
  } else {
    ids.splice(at, 1);
    await deleteSegment({ id }, context);
  }
}

/** The segments after these events, by id. */
async function replayed(segments: readonly Segment[], after: string): Promise<Segment[]> {
  const byId = new Map(segments.map((segment) => [segment.id, segment]));
  for (const event of await wholeLog(gateway.events, viewers.ada.accountId, Number(after))) {
    const segment = snapshotOf(event);
    if (segment) byId.set(event.segmentId, segment);
    else byId.delete(event.segmentId);
  }
  return [...byId.values()].toSorted((one, other) => (one.id < other.id ? -1 : 1));
}

it('An export shows none of the writes that happen while it is read, and the events after its cursor are exactly these', async () => {
  const ids = (await exported({}, gateway.context())).map(({ id }) => id);
  const writes = fc.array(write, { maxLength: 5 });
  const property = fc.asyncProperty(writes, fc.array(writes, { maxLength: 5 }), async (before, between) => {
    for (const each of before) await make(each, ids);
    const context = gateway.context();
    const expected = await listed({}, context);
    const { headCursor, pages } = await exportSegments({}, context);
    const read: Segment[] = [];
    const made: Write[] = [];
    for (const some of between) {
      for (const each of some) await make(each, ids);
      made.push(...some);
      read.push(...((await pages.next()).value ?? []));
    }
    for await (const page of pages) read.push(...page);
    expect(read).toEqual(expected);
    const events = await wholeLog(gateway.events, viewers.ada.accountId, Number(headCursor));
    expect(events).toHaveLength(made.length);
    expect(await replayed(read, headCursor)).toEqual(
      (await listed({}, context)).map((segment) => expect.objectContaining(withoutAccount(segment))),
    );
  });
  await fc.assert(property, { numRuns: RUNS, seed: 16 });
});

/** An event does not contain the account of its segment. */
const withoutAccount = ({ id, name, criteria, description, createdAt, updatedAt, version }: Segment) => ({
  ...{ id, name, criteria, description },
  ...{ createdAt, updatedAt, version },
});

it('An export that is read while others write at full speed is consistent with the log', async () => {
  const context = gateway.context();
  const ids = (await exported({}, context)).map(({ id }) => id);
  let isReading = true;
  const writing = async (writer: number) => {
    const own = ids.filter((_, i) => i % 4 === writer);
    for (let place = 0; isReading; place += 1) {
      await make({ kind: KINDS[place % 3] ?? 'create', place }, own);
    }
  };
  const writers = [0, 1, 2, 3].map(writing);
  const exports: { headCursor: string; segments: Segment[] }[] = [];
  for (let i = 0; i < 5; i += 1) {
    const { headCursor, pages } = await exportSegments({}, context);
    const segments: Segment[] = [];
    for await (const page of pages) segments.push(...page);
    exports.push({ headCursor, segments });
  }
  isReading = false;
  await Promise.all(writers);
  const now = (await listed({}, context)).map((segment) => expect.objectContaining(withoutAccount(segment)));
  for (const { headCursor, segments } of exports) expect(await replayed(segments, headCursor)).toEqual(now);
  expect(new Set(exports.map(({ headCursor }) => headCursor)).size).toBeGreaterThan(1);
});
