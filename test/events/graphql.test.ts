import { beforeAll, describe, expect, it } from 'vitest';
import { getEvent } from '../../src/events/resolvers.ts';
import { createSegment, deleteSegment, updateSegment } from '../../src/segments/resolvers.ts';
import { graphql, type Json } from '../client.ts';
import { draft, testGateway, type Who } from '../harness.ts';

const gateway = testGateway();

const CREATE = `mutation ($input: CreateSegmentInput!) {
  createSegment(input: $input) { ... on CreateSegmentPayload { segment { id } } }
}`;
const UPDATE = 'mutation ($input: UpdateSegmentInput!) { updateSegment(input: $input) { __typename } }';
const DELETE = 'mutation ($input: DeleteSegmentInput!) { deleteSegment(input: $input) { __typename } }';
const EVENT = `id cursor previousCursor type occurredAt segmentId version
  segment { id name criteria description createdAt updatedAt version }
  changes { property before after } actor { kind id name } requestId`;
const LOG = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: SegmentEventFilter) {
  segmentEvents(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
    nodes { ${EVENT} } edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } headCursor
  }
}`;

/** A page of the log, or the first error. */
async function log(variables: object = {}, as: Who = 'ada'): Promise<Json> {
  const { body } = await graphql(gateway, LOG, variables, { as });
  return body.data?.segmentEvents ?? body.errors[0];
}

const create = async (given: object = {}, headers = {}, as: Who = 'ada'): Promise<string> => {
  const { body } = await graphql(gateway, CREATE, { input: draft(given) }, { as, headers });
  return body.data.createSegment.segment.id;
};
const headOf = async (as: Who = 'ada'): Promise<string> => (await log({ first: 1 }, as)).headCursor;
const cursor = (n: number | string, more = 0) => String(Number(n) + more);

describe('the log', () => {
  it('is empty before the first change', async () => {
    expect(await log()).toEqual({
      nodes: [],
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
      headCursor: '0',
    });
  });

  it('has an event for every change, in order, and none for a change that was refused', async () => {
    const id = await create({ name: 'a' }, { 'x-request-id': 'of-the-create' });
    await graphql(gateway, UPDATE, { input: { id, name: 'b', description: 'new' } });
    await graphql(gateway, UPDATE, { input: { id, name: 'c', expectedVersion: 1 } });
    await graphql(gateway, UPDATE, { input: { id, name: '' } });
    const { nodes, edges, pageInfo, headCursor } = await log();

    expect(nodes).toEqual([
      {
        id: `evt_000000001${id}`,
        cursor: '1',
        previousCursor: '0',
        type: 'SEGMENT_CREATED',
        occurredAt: expect.stringMatching(/^20.*Z$/),
        segmentId: id,
        version: 1,
        segment: { ...draft({ name: 'a' }), id, version: 1, ...TIMES },
        changes: [],
        actor: { kind: 'TOKEN', id: expect.stringMatching(/./), name: 'ada' },
        requestId: 'of-the-create',
      },
      {
        id: `evt_000000002${id}`,
        cursor: '2',
        previousCursor: '1',
        type: 'SEGMENT_UPDATED',
        occurredAt: expect.stringMatching(/^20.*Z$/),
        segmentId: id,
        version: 2,
        segment: { ...draft({ name: 'b', description: 'new' }), id, version: 2, ...TIMES },
        changes: [
          { property: 'name', before: 'a', after: 'b' },
          { property: 'description', before: draft().description, after: 'new' },
        ],
        actor: nodes[0].actor,
        requestId: expect.stringMatching(/^[-0-9a-f]{36}$/),
      },
    ]);
    expect(edges).toEqual(nodes.map(({ id, cursor }: Json) => ({ cursor, node: { id } })));
    expect(pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: false,
      startCursor: '1',
      endCursor: '2',
    });
    expect(headCursor).toBe('2');
  });

  it('shows a segment in an event as it is read', async () => {
    const id = await create();
    const query = `query ($id: ID!) { segment(id: $id) { id name criteria description createdAt updatedAt version } }`;
    const { body } = await graphql(gateway, query, { id });
    const { nodes } = await log({ last: 1 });
    expect(nodes[0].segment).toEqual(body.data.segment);
  });

  it('lists no change for an update that changed nothing', async () => {
    const id = await create();
    await graphql(gateway, UPDATE, { input: { id, name: draft().name } });
    const { nodes } = await log({ last: 1 });
    expect(nodes).toMatchObject([{ type: 'SEGMENT_UPDATED', version: 2, changes: [] }]);
  });

  it('shows nothing of the contents of a segment once it is deleted, and everything else', async () => {
    const id = await create({ criteria: 'a secret' });
    await graphql(gateway, UPDATE, { input: { id, criteria: 'another secret' } });
    const { nodes: before } = await log({ last: 2 });
    await graphql(gateway, DELETE, { input: { id } });
    const { nodes } = await log({ last: 3 });

    expect(nodes).toEqual([
      { ...before[0], segment: null },
      { ...before[1], segment: null, changes: [] },
      {
        ...before[1],
        id: `evt_${before[0].id.slice(4, 12)}${nodes[2].id[12]}${id}`,
        cursor: cursor(before[1].cursor, 1),
        previousCursor: before[1].cursor,
        type: 'SEGMENT_DELETED',
        version: 3,
        occurredAt: expect.stringMatching(/^20.*Z$/),
        segment: null,
        changes: [],
        requestId: expect.stringMatching(/./),
      },
    ]);
    expect(JSON.stringify(await log({ last: 100 }))).not.toContain('secret');
  });

  it('tells apart what was written directly in the database', async () => {
    const id = await create();
    await gateway.database.$client.query(`update segments set name = 'by hand' where id = $1`, [id]);
    const { nodes } = await log({ last: 1 });
    expect(nodes[0]).toMatchObject({
      type: 'SEGMENT_UPDATED',
      segmentId: id,
      segment: { name: 'by hand' },
      changes: [{ property: 'name', before: draft().name, after: 'by hand' }],
      actor: { kind: 'DATABASE', id: null, name: null },
      requestId: expect.stringMatching(/^transaction-\d+$/),
    });
  });

  it('has dense cursors, so that a reader sees whether it missed an event', async () => {
    const { nodes } = await log({ first: 100 });
    let last = '0';
    for (const { cursor, previousCursor } of nodes) {
      expect(previousCursor).toBe(last);
      last = cursor;
    }
    expect(last).toBe(await headOf());
  });

  it('can be followed: after headCursor come exactly the changes that were made since', async () => {
    const { headCursor } = await log({ first: 1 });
    expect(await log({ after: headCursor })).toMatchObject({ nodes: [], headCursor });
    const ids = await Promise.all([create(), create(), create()]);
    const { nodes } = await log({ after: headCursor });
    expect(nodes.map(({ segmentId }: Json) => segmentId).toSorted()).toEqual(ids.toSorted());
    expect(nodes[0].previousCursor).toBe(headCursor);
  });
});

const TIMES = {
  createdAt: expect.stringMatching(/^20.*Z$/),
  updatedAt: expect.stringMatching(/^20.*Z$/),
};

describe('a filter', () => {
  let id: string;
  let start: string;

  beforeAll(async () => {
    start = await headOf();
    id = await create({}, { 'x-request-id': 'first' });
    await create({}, { 'x-request-id': 'second' });
    await graphql(gateway, UPDATE, { input: { id, name: 'n' } }, { headers: { 'x-request-id': 'third' } });
    await graphql(gateway, DELETE, { input: { id } });
  });

  const found = async (filter: object) => {
    const { nodes } = await log({ after: start, filter });
    return nodes.map(({ cursor }: Json) => Number(cursor) - Number(start));
  };

  it('finds the events of some types', async () => {
    expect(await found({ types: ['SEGMENT_UPDATED', 'SEGMENT_DELETED'] })).toEqual([3, 4]);
    expect(await found({ types: 'SEGMENT_CREATED' })).toEqual([1, 2]);
    expect(await found({ types: [] })).toEqual([]);
    expect(await found({ types: null })).toEqual([1, 2, 3, 4]);
  });

  it('finds the events of a segment, even if it is deleted', async () => {
    expect(await found({ segmentId: id })).toEqual([1, 3, 4]);
    expect(await found({ segmentId: 'x' })).toEqual([]);
  });

  it('finds what became of a request whose answer was lost', async () => {
    expect(await found({ requestId: 'second' })).toEqual([2]);
    expect(await found({ requestId: 'never arrived' })).toEqual([]);
  });

  it('finds the events of a time', async () => {
    const at = '2020-01-01T00:00:00.000Z';
    const set = 'update events set occurred_at = $1 where account_id = $2 and n = $3';
    await gateway.database.$client.query(set, [at, 'ada', Number(start) + 2]);
    expect(await found({ occurredAt: { lte: at } })).toEqual([2]);
    expect(await found({ occurredAt: { lt: at } })).toEqual([]);
    expect(await found({ occurredAt: { gt: at } })).toEqual([1, 3, 4]);
  });

  it('combines its conditions', async () => {
    expect(await found({ segmentId: id, types: ['SEGMENT_UPDATED'], requestId: 'third' })).toEqual([3]);
    expect(await found({ segmentId: id, requestId: 'second' })).toEqual([]);
  });

  it('does not change headCursor', async () => {
    expect(await log({ filter: { segmentId: 'x' } })).toMatchObject({ headCursor: cursor(start, 4) });
  });
});

describe('Segment.events', () => {
  const QUERY = `query ($id: ID!) { segment(id: $id) {
    events(first: 2) { nodes { type version } pageInfo { hasNextPage endCursor } headCursor } } }`;

  it('are those of the segment', async () => {
    const [id] = [await create(), await create()];
    await graphql(gateway, UPDATE, { input: { id, name: 'n' } });
    await graphql(gateway, UPDATE, { input: { id, name: 'm' } });
    const { body } = await graphql(gateway, QUERY, { id });
    const head = await headOf();
    expect(body.data.segment.events).toEqual({
      nodes: [
        { type: 'SEGMENT_CREATED', version: 1 },
        { type: 'SEGMENT_UPDATED', version: 2 },
      ],
      pageInfo: { hasNextPage: true, endCursor: cursor(head, -1) },
      headCursor: head,
    });
  });

  it('can be selected in the answer to a change, even to a deletion', async () => {
    const id = await create();
    const query = `mutation ($id: ID!) { deleteSegment(input: { id: $id }) { ... on DeleteSegmentPayload {
      segment { events { nodes { type segment { name } } } } } } }`;
    const { body } = await graphql(gateway, query, { id });
    expect(body.data.deleteSegment.segment.events.nodes).toEqual([
      { type: 'SEGMENT_CREATED', segment: null },
      { type: 'SEGMENT_DELETED', segment: null },
    ]);
  });

  it('of all segments of a page are read by one statement', async () => {
    for (let i = 0; i < 10; i++) await createSegment(draft(), gateway.context());
    for (let i = 0; i < 3; i++) {
      gateway.statements.length = 0;
      const query = '{ segments(first: 10) { nodes { id events { nodes { segmentId } } } } }';
      const { body } = await graphql(gateway, query);
      const nodes: Json[] = body.data.segments.nodes;
      expect(nodes.map(({ events }) => events.nodes[0].segmentId)).toEqual(nodes.map(({ id }) => id));
      expect(gateway.statements.filter(({ text }) => text.includes('events'))).toHaveLength(1);
    }
  });
});

describe('a cursor', () => {
  it.each(['', 'x', '-1', '01', '1.5', ' 1', '1e3', '9'.repeat(16)])('cannot be "%s"', async (after) => {
    const message =
      after === '' ? expect.stringMatching('must not be empty') : expect.stringMatching('not a cursor');
    for (const param of ['after', 'before']) {
      expect(await log({ [param]: after })).toMatchObject({
        extensions: { code: 'INVALID_INPUT', issues: [{ param, message }] },
      });
    }
  });

  it('cannot be ahead of the newest event', async () => {
    const head = await headOf();
    expect(await log({ after: cursor(head, 1) })).toMatchObject({
      extensions: { code: 'INVALID_INPUT', issues: [{ param: 'after' }] },
    });
    expect((await log({ last: 1, before: cursor(head, 1) })).nodes).toMatchObject([{ cursor: head }]);
  });

  it('expires when events after it are no longer kept', async () => {
    const context = gateway.context('bob');
    const { id } = await createSegment(draft(), context);
    for (const name of ['a', 'b', 'c']) await updateSegment({ id, name }, context);
    const { nodes } = await log({}, 'bob');
    const { $client } = gateway.database;
    await $client.query(`update event_heads set pruned_to = 2 where account_id = 'bob'`);
    expect((await log({}, 'bob')).nodes).toEqual(nodes.slice(2)); // even before the rows are deleted
    await $client.query(`delete from events where account_id = 'bob' and n <= 2`);

    for (const after of ['0', '1']) {
      expect(await log({ after }, 'bob')).toMatchObject({
        message: expect.stringContaining('the oldest cursor of this log is "2"'),
        extensions: { code: 'CURSOR_EXPIRED' },
        path: ['segmentEvents'],
      });
    }
    expect(await log({ before: '2' }, 'bob')).toMatchObject({ extensions: { code: 'CURSOR_EXPIRED' } });
    expect((await log({ after: '2' }, 'bob')).nodes).toEqual(nodes.slice(2));
    const { pageInfo } = await log({ last: 1, before: '4' }, 'bob');
    expect(pageInfo).toMatchObject({ startCursor: '3', hasPreviousPage: false, hasNextPage: true });
    expect(await getEvent({ id: nodes[1].id }, context)).toBeNull();
    expect(await getEvent({ id: nodes[2].id }, context)).toMatchObject({ n: 3 });
  });
});

describe('another account', () => {
  it('sees no event: not in its log, not by a cursor, an id or a filter', async () => {
    const id = await create({ name: 'of Ada' }, { 'x-request-id': 'of-ada' });
    const [event] = (await log({ last: 1 })).nodes;
    await deleteSegment({ id: await create({}, {}, 'bob') }, gateway.context('bob'));
    const all = await log({ last: 100 }, 'bob');

    expect(JSON.stringify(all)).not.toMatch(/of Ada|of-ada/);
    expect(all.headCursor).not.toBe(event.cursor);
    for (const filter of [{ segmentId: id }, { requestId: 'of-ada' }]) {
      expect((await log({ filter }, 'bob')).nodes).toEqual([]);
    }
    const before = cursor(all.headCursor, 1);
    expect((await log({ last: 100, before }, 'bob')).nodes).toEqual(all.nodes);
    expect(await log({ after: event.cursor }, 'bob')).toMatchObject({
      extensions: { code: 'INVALID_INPUT' },
    });
    expect(await getEvent({ id: event.id }, gateway.context('bob'))).toBeNull();
    expect(await getEvent({ id: event.id }, gateway.context('ada'))).not.toBeNull();
  });
});

describe('reading events requires segments:read', () => {
  it('in a query', async () => {
    expect(await log({}, 'writer')).toMatchObject({ extensions: { code: 'FORBIDDEN' } });
    expect((await log({ last: 1 }, 'reader')).nodes).toHaveLength(1);
  });

  it('also in a mutation, which is carried out nevertheless', async () => {
    const query = `mutation ($input: CreateSegmentInput!) { createSegment(input: $input) {
      ... on CreateSegmentPayload { segment { id events { headCursor } } } } }`;
    const head = await headOf();
    const { body } = await graphql(gateway, query, { input: draft() }, { as: 'writer' });
    expect(body).toMatchObject({
      data: { createSegment: null },
      errors: [{ path: ['createSegment', 'segment', 'events'], extensions: { code: 'FORBIDDEN' } }],
    });
    expect(await headOf()).toBe(cursor(head, 1));
  });

  it('and a token', async () => {
    const { body } = await graphql(gateway, LOG, {}, { as: null });
    expect(body.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });
});
