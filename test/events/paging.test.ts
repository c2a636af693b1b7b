import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import type { EventType } from '../../src/events/event.ts';
import { createSegment, deleteSegment, updateSegment } from '../../src/segments/resolvers.ts';
import { graphql, type Json } from '../client.ts';
import { draft, testGateway } from '../harness.ts';

const gateway = testGateway();

/** The log: what happened to which segment, oldest first. */
const events: { n: number; type: EventType; segmentId: string }[] = [];
/** The events up to this one are no longer kept. */
const PRUNED_TO = 3;
const ids: string[] = [];

beforeAll(async () => {
  const context = gateway.context();
  const note = (type: EventType, segmentId = '') => events.push({ n: events.length + 1, type, segmentId });
  for (let i = 0; i < 6; i++) {
    ids.push((await createSegment(draft(), context)).id);
    note('SEGMENT_CREATED', ids[i]);
    const changed = ids[i % 3] ?? '';
    await updateSegment({ id: changed, name: `${i}` }, context);
    note('SEGMENT_UPDATED', changed);
  }
  await deleteSegment({ id: ids[1] ?? '' }, context);
  note('SEGMENT_DELETED', ids[1]);
  await gateway.database.$client.query('update event_heads set pruned_to = $1', [PRUNED_TO]);
});

interface Arguments {
  first?: number | undefined;
  last?: number | undefined;
  /** Places in the log. */
  after?: number | undefined;
  before?: number | undefined;
  types?: EventType[] | undefined;
  /** Index in `ids`. */
  segment?: number | undefined;
}

/** Section 4.4 of Relay's specification, for an array. Where it allows any answer about what is beyond a cursor, this gives the true one. */
function specified({ after, before, types, segment, ...sizes }: Arguments) {
  const kept = events.filter(
    ({ n, type, segmentId }) =>
      n > PRUNED_TO &&
      (types?.includes(type) ?? true) &&
      (segment === undefined || segmentId === ids[segment]),
  );
  const isAlone = sizes.first === undefined && sizes.last === undefined;
  const isBackward = isAlone && before !== undefined && after === undefined;
  const { first, last } = isAlone ? (isBackward ? { first: undefined, last: 10 } : { first: 10 }) : sizes;
  const ranged = kept.filter(({ n }) => n > (after ?? 0) && n < (before ?? Number.POSITIVE_INFINITY));
  const limited = first === undefined ? ranged : ranged.slice(0, first);
  const page = last === undefined ? limited : limited.slice(-last);
  const cursors = page.map(({ n }) => String(n));
  return {
    nodes: cursors.map((cursor) => ({ cursor })),
    edges: cursors.map((cursor) => ({ cursor })),
    pageInfo: {
      startCursor: cursors.at(0) ?? null,
      endCursor: cursors.at(-1) ?? null,
      hasPreviousPage: last === undefined ? kept.some(({ n }) => n <= (after ?? 0)) : limited.length > last,
      hasNextPage:
        first === undefined
          ? kept.some(({ n }) => n >= (before ?? Number.POSITIVE_INFINITY))
          : ranged.length > first,
    },
    headCursor: String(events.length),
  };
}

const QUERY = `query ($first: Int, $last: Int, $after: String, $before: String, $filter: SegmentEventFilter) {
  segmentEvents(first: $first, last: $last, after: $after, before: $before, filter: $filter) {
    nodes { cursor } edges { cursor } pageInfo { startCursor endCursor hasPreviousPage hasNextPage } headCursor
  }
}`;

async function answered({ first, last, after, before, types, segment }: Arguments): Promise<Json> {
  const filter = { types, segmentId: segment === undefined ? undefined : ids[segment] };
  const places = { after: after?.toString(), before: before?.toString() };
  const { body } = await graphql(gateway, QUERY, { first, last, ...places, filter });
  return body.errors ?? body.data.segmentEvents;
}

const optional = <Value>(values: fc.Arbitrary<Value>) => fc.option(values, { nil: undefined });
const size = optional(fc.integer({ min: 1, max: 12 }));
const everyArgument = fc.record({
  first: size,
  last: size,
  after: optional(fc.integer({ min: PRUNED_TO, max: 13 })),
  before: optional(fc.integer({ min: PRUNED_TO + 1, max: 14 })),
  types: optional(
    fc.subarray<EventType>(['SEGMENT_CREATED', 'SEGMENT_UPDATED', 'SEGMENT_DELETED'], { minLength: 1 }),
  ),
  segment: optional(fc.nat(5)),
});

it('first, last, after and before follow the specification in every combination, with and without a filter', async () => {
  await fc.assert(
    fc.asyncProperty(everyArgument, async (args) => {
      expect(await answered(args)).toEqual(specified(args));
    }),
    { numRuns: Number(process.env.PAGING_RUNS ?? 300), seed: 4_4 },
  );
});

it.each([{ first: 3 }, { last: 3 }])('pages of %j show every event once', async (sizes) => {
  const seen: string[] = [];
  const isForward = 'first' in sizes;
  for (let page = await answered(sizes); ; ) {
    const cursors = page.nodes.map(({ cursor }: Json) => cursor);
    seen.splice(isForward ? seen.length : 0, 0, ...cursors);
    const { hasNextPage, hasPreviousPage, startCursor, endCursor } = page.pageInfo;
    if (!(isForward ? hasNextPage : hasPreviousPage)) break;
    page = await answered({ ...sizes, ...(isForward ? { after: endCursor } : { before: startCursor }) });
  }
  expect(seen).toEqual(events.slice(PRUNED_TO).map(({ n }) => String(n)));
});

it('the sizes of pages are 1 to 100', async () => {
  for (const sizes of [{ first: 0 }, { last: 101 }]) {
    const [param] = Object.keys(sizes);
    expect(await answered(sizes)).toMatchObject([{ extensions: { issues: [{ param }] } }]);
  }
});
