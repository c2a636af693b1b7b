import { describe, expect, it } from 'vitest';
import { createSegments, deleteSegments, updateSegments } from '../../src/segments/bulk/resolvers.ts';
import { createSegment, getSegments } from '../../src/segments/resolvers.ts';
import { draft, eventHead, testGateway, type Who } from '../harness.ts';
import { bulk, idsOf, typesOf } from './bulk-calls.ts';

const gateway = testGateway();
const make = async (count: number, as: Who = 'ada') =>
  idsOf(
    await bulk(
      gateway,
      'createSegments',
      Array.from({ length: count }, (_, i) => draft({ name: `n${i}` })),
      { as },
    ),
  );
const read = (ids: string[], as: Who = 'ada') => getSegments({ ids }, gateway.context(as));
const ALONE = { mode: 'EACH_ALONE' };

/** The events of Ada's log after a place. */
const eventsAfter = async (n: number) => {
  const { rows } = await gateway.database.$client.query(
    `select type, segment_id, version, request_id from events where account_id = 'ada' and n > $1 order by n`,
    [n],
  );
  return rows;
};

describe('createSegments', () => {
  it('creates a thousand segments in the order of the entries, each with its event', async () => {
    const before = await eventHead(gateway, 'ada');
    const drafts = Array.from({ length: 1_000 }, (_, i) => draft({ name: `name ${i}` }));
    const { segments, results } = await bulk(gateway, 'createSegments', drafts);
    expect(segments).toMatchObject(drafts.map(({ name }) => ({ name, version: 1 })));
    expect(results.map(({ segment }: { segment: object }) => segment)).toEqual(segments);
    const ids = segments.map(({ id }: { id: string }) => id);
    expect(ids.toSorted()).toEqual(ids);
    expect((await read(ids)).map((segment) => segment?.name)).toEqual(drafts.map(({ name }) => name));
    const events = await eventsAfter(before);
    expect(events.map(({ segment_id }) => segment_id)).toEqual(ids);
    expect(new Set(events.map(({ request_id }) => request_id)).size).toBe(1);
  });

  it('names each problem with its place, and creates nothing', async () => {
    const before = await eventHead(gateway, 'ada');
    const drafts = [draft(), draft({ name: '', criteria: ' ' }), draft({ description: 'x'.repeat(5_001) })];
    expect(await bulk(gateway, 'createSegments', drafts)).toMatchObject({
      __typename: 'SegmentInvalidInput',
      issues: [
        { param: 'segments.1.name', message: 'must have 1 to 255 characters, not 0' },
        { param: 'segments.1.criteria', message: 'must not be blank' },
        { param: 'segments.2.description', message: 'must have 0 to 5,000 characters, not 5,001' },
      ],
    });
    expect(await eventHead(gateway, 'ada')).toBe(before);
  });

  it('refuses only the invalid entries with EACH_ALONE', async () => {
    const outcome = await bulk(
      gateway,
      'createSegments',
      [draft(), draft({ name: '' }), draft({ name: 'b' })],
      ALONE,
    );
    expect(typesOf(outcome)).toEqual(['CreateSegmentPayload', 'SegmentInvalidInput', 'CreateSegmentPayload']);
    expect(outcome.results[1].issues).toMatchObject([{ param: 'segments.1.name' }]);
    expect(outcome.segments).toHaveLength(2);
    expect((await read(idsOf(outcome))).map((segment) => segment?.name)).toEqual([draft().name, 'b']);
  });
});

describe('updateSegments', () => {
  it('changes the given properties of all entries, in any order, and logs them in theirs', async () => {
    const ids = (await make(300)).toReversed();
    const before = await eventHead(gateway, 'ada');
    const changes = ids.map((id, i) =>
      i % 2 ? { id, name: `new ${i}` } : { id, criteria: 'c', expectedVersion: 1 },
    );
    const { segments } = await bulk(gateway, 'updateSegments', changes);
    expect(segments).toMatchObject(
      changes.map(({ expectedVersion: _, criteria: __, ...changed }) => ({ ...changed, version: 2 })),
    );
    expect(await read(ids)).toMatchObject(segments);
    expect((await eventsAfter(before)).map(({ segment_id }) => segment_id)).toEqual(ids);
  });

  it('changes nothing if one entry cannot be applied, and says which and why', async () => {
    const ids = await make(4);
    const before = await eventHead(gateway, 'ada');
    const [bobs = ''] = await make(1, 'bob');
    const changes = [...ids, bobs].map((id) => ({ id, name: 'new' }));
    const refused = await bulk(
      gateway,
      'updateSegments',
      changes.map((each, i) => (i === 2 ? { ...each, expectedVersion: 7 } : each)),
    );
    expect(refused).toEqual({
      __typename: 'SegmentBulkRefused',
      message: `Nothing was changed. segments.2: The precondition failed: the segment is at version 1. segments.4: There is no segment "${bobs}".`,
      failedCount: 2,
      failures: [
        {
          index: 2,
          param: 'segments.2',
          error: expect.objectContaining({ __typename: 'SegmentVersionConflict', currentVersion: 1 }),
        },
        { index: 4, param: 'segments.4', error: expect.objectContaining({ __typename: 'SegmentNotFound' }) },
      ],
    });
    expect((await read(ids)).map((segment) => segment?.version)).toEqual([1, 1, 1, 1]);
    expect((await read([bobs], 'bob'))[0]?.version).toBe(1);
    expect(await eventHead(gateway, 'ada')).toBe(before);
  });

  it('changes nothing if an id is malformed', async () => {
    const ids = await make(1);
    const changes = [...ids, 'malformed'].map((id) => ({ id, name: 'new' }));
    const { failures } = await bulk(gateway, 'updateSegments', changes);
    expect(failures).toMatchObject([{ index: 1, error: { __typename: 'SegmentNotFound' } }]);
    expect(await read(ids)).toMatchObject([{ version: 1 }]);
  });

  it('changes the others with EACH_ALONE', async () => {
    const ids = await make(3);
    const [bobs = ''] = await make(1, 'bob');
    const outcome = await bulk(
      gateway,
      'updateSegments',
      [
        { id: ids[0], name: 'new' },
        { id: ids[1], name: 'new', expectedVersion: 2 },
        { id: ids[2] },
        { id: bobs, name: 'new' },
        { id: 'malformed', name: 'new' },
      ],
      ALONE,
    );
    expect(typesOf(outcome)).toEqual([
      'UpdateSegmentPayload',
      'SegmentVersionConflict',
      'SegmentInvalidInput',
      'SegmentNotFound',
      'SegmentNotFound',
    ]);
    expect((await read(ids)).map((segment) => segment?.version)).toEqual([2, 1, 1]);
    expect((await read([bobs], 'bob'))[0]?.version).toBe(1);
  });

  it('reports the first twenty failures, and counts the others', async () => {
    const changes = Array.from({ length: 50 }, (_, i) => ({ id: `missing${i}`, name: 'n' }));
    const { failures, failedCount } = await bulk(gateway, 'updateSegments', changes);
    expect([failures.length, failedCount]).toEqual([20, 50]);
  });
});

describe('deleteSegments', () => {
  it('deletes all entries, and returns them as they were', async () => {
    const ids = await make(20);
    const before = await eventHead(gateway, 'ada');
    const { segments } = await bulk(
      gateway,
      'deleteSegments',
      ids.map((id) => ({ id, expectedVersion: 1 })),
    );
    expect(segments).toMatchObject(ids.map((id, i) => ({ id, name: `n${i}`, version: 1 })));
    expect(await read(ids)).toEqual(ids.map(() => null));
    const events = await eventsAfter(before);
    expect(events).toMatchObject(
      ids.map((segment_id) => ({ type: 'SEGMENT_DELETED', segment_id, version: 2 })),
    );
  });

  it('deletes nothing if one entry cannot be applied, and the others with EACH_ALONE', async () => {
    const [one = '', two = ''] = await make(2);
    const entries = [{ id: one }, { id: two, expectedVersion: 9 }];
    expect(await bulk(gateway, 'deleteSegments', entries)).toMatchObject({ failures: [{ index: 1 }] });
    expect((await read([one, two])).every((segment) => segment)).toBe(true);
    const outcome = await bulk(gateway, 'deleteSegments', entries, ALONE);
    expect(typesOf(outcome)).toEqual(['DeleteSegmentPayload', 'SegmentVersionConflict']);
    expect((await read([one, two])).map((segment) => segment?.id)).toEqual([undefined, two]);
  });
});

describe.each([
  ['createSegments', createSegments],
  ['updateSegments', updateSegments],
  ['deleteSegments', deleteSegments],
] as const)('%s', (field, resolver) => {
  const entry = {
    createSegments: draft(),
    updateSegments: { id: 'x', name: 'n' },
    deleteSegments: { id: 'x' },
  }[field];
  const issuesOf = (input: unknown) =>
    resolver.parse(input, gateway.context()).then(
      () => [],
      ({ issues }: { issues: object[] }) => issues,
    );

  it.each([0, 1_001])('refuses %d entries, whatever the mode', async (length) => {
    const segments = Array.from({ length }, (_, i) => ({ ...entry, ...('id' in entry && { id: `${i}` }) }));
    for (const mode of [undefined, null, 'ALL_OR_NOTHING', 'EACH_ALONE']) {
      const message = `must have 1 to 1,000 entries, not ${length.toLocaleString('en')}`;
      expect(await issuesOf({ segments, mode })).toEqual([{ param: 'segments', message }]);
    }
  });

  it('refuses an unknown mode', async () => {
    const message = 'must be one of ALL_OR_NOTHING, EACH_ALONE, not "SOME"';
    expect(await issuesOf({ segments: [entry], mode: 'SOME' })).toEqual([{ param: 'mode', message }]);
  });

  it('requires the scope to write', async () => {
    expect(await bulk(gateway, field, [entry], { as: 'reader' })).toMatchObject({
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
  });
});

it.each(['ALL_OR_NOTHING', 'EACH_ALONE'])(
  'Two entries for one segment are refused with %s, naming both',
  async (mode) => {
    const { id } = await createSegment(draft(), gateway.context());
    const [other = ''] = await make(1);
    for (const field of ['updateSegments', 'deleteSegments'] as const) {
      const entries = [{ id: other }, { id }, { id }].map((each) =>
        field === 'updateSegments' ? { ...each, name: 'n' } : each,
      );
      expect(await bulk(gateway, field, entries, { mode })).toMatchObject({
        issues: [{ param: 'segments.2.id', message: `must not be the segment of segments.1 again: "${id}"` }],
      });
    }
    expect(await read([id, other])).toMatchObject([{ version: 1 }, { version: 1 }]);
  },
);

describe('MAX_SEGMENTS_PER_ACCOUNT', () => {
  const limited = testGateway({ maxSegmentsPerAccount: 10 });
  const drafts = (count: number) => Array.from({ length: count }, () => draft());

  it('is not exceeded by a bulk write, which creates nothing then, or only what has room', async () => {
    const first = await bulk(limited, 'createSegments', drafts(8));
    expect(first.segments).toHaveLength(8);
    expect(await bulk(limited, 'createSegments', drafts(3))).toMatchObject({
      __typename: 'SegmentQuotaExceeded',
    });
    const alone = await bulk(limited, 'createSegments', drafts(3), ALONE);
    expect(typesOf(alone).toSorted()).toEqual([
      'CreateSegmentPayload',
      'CreateSegmentPayload',
      'SegmentQuotaExceeded',
    ]);
    await bulk(
      limited,
      'deleteSegments',
      idsOf(first)
        .slice(0, 5)
        .map((id) => ({ id })),
    );
    expect((await bulk(limited, 'createSegments', drafts(5))).segments).toHaveLength(5);
    expect(await bulk(limited, 'createSegments', drafts(1))).toMatchObject({
      __typename: 'SegmentQuotaExceeded',
    });
  });

  it('does not refuse a retry that creates nothing', async () => {
    const idempotencyKey = 'retried';
    const first = await bulk(limited, 'createSegments', drafts(10), { idempotencyKey, as: 'bob' });
    expect(first.segments).toHaveLength(10);
    expect(await bulk(limited, 'createSegments', drafts(10), { idempotencyKey, as: 'bob' })).toEqual(first);
  });
});
