import { expect, it } from 'vitest';
import { createSegment, deleteSegment, updateSegment } from '../../src/segments/resolvers.ts';
import { graphql, type Json, restAt } from '../client.ts';
import { wholeLog } from '../events/whole-log.ts';
import { draft, testGateway, type Who } from '../harness.ts';
import { doors } from './doors.ts';

const gateway = testGateway();
const [door] = doors;
if (!door) throw new Error('There are no doors.');

const newSegment = async (): Promise<string> => (await createSegment(draft(), gateway.context())).id;

/** The events of a segment as REST and GraphQL show them. */
async function eventsOf(id: string, as: Who = 'ada') {
  const rest = await restAt(gateway, `/v1/events?segment=${id}`, { as });
  const query = `query ($id: ID!) { segmentEvents(filter: { segmentId: $id }) { nodes {
    type version customerIds segment { name } changes { property } } } }`;
  const { body } = await graphql(gateway, query, { id }, { as });
  return { rest: rest.body.data, graphql: body.data.segmentEvents.nodes };
}

it('has one event for the customers who were added and one for those who were removed', async () => {
  const id = await newSegment();
  await updateSegment({ id, name: 'changed' }, gateway.context());
  await restAt(gateway, `/v1/customer-segments/${id}/members`, { method: 'POST', body: { add: ['b', 'a'] } });
  await restAt(gateway, `/v1/customer-segments/${id}/members`, {
    method: 'POST',
    body: { add: ['c', 'a'], remove: ['b', 'x'] },
  });
  const { rest, graphql } = await eventsOf(id);
  expect(rest.slice(2)).toMatchObject([
    { type: 'customer_segment.members_added', version: 2, customer_ids: ['b', 'a'], changes: {} },
    { type: 'customer_segment.members_added', version: 2, customer_ids: ['c'], segment: { name: 'changed' } },
    { type: 'customer_segment.members_removed', version: 2, customer_ids: ['b'] },
  ]);
  expect(rest.slice(0, 2).every((event: Json) => !('customer_ids' in event))).toBe(true);
  expect(graphql).toEqual([
    { type: 'SEGMENT_CREATED', version: 1, customerIds: null, segment: { name: draft().name }, changes: [] },
    {
      type: 'SEGMENT_UPDATED',
      version: 2,
      customerIds: null,
      segment: { name: 'changed' },
      changes: [{ property: 'name' }],
    },
    ...[
      ['SEGMENT_MEMBERS_ADDED', ['b', 'a']],
      ['SEGMENT_MEMBERS_ADDED', ['c']],
      ['SEGMENT_MEMBERS_REMOVED', ['b']],
    ].map(([type, customerIds]) => ({
      type,
      version: 2,
      customerIds,
      segment: { name: 'changed' },
      changes: [],
    })),
  ]);
});

it('has no event for a change that changes nothing', async () => {
  const id = await newSegment();
  await door.add(gateway, id, ['a']);
  await door.add(gateway, id, ['a']);
  await door.remove(gateway, id, ['b']);
  expect((await eventsOf(id)).rest).toHaveLength(2);
});

it('hides the customers from a caller without the scope members:read', async () => {
  const id = await newSegment();
  await door.add(gateway, id, ['a']);
  const { rest, graphql } = await eventsOf(id, 'reader');
  expect(rest[1].type).toBe('customer_segment.members_added');
  expect(rest[1]).not.toHaveProperty('customer_ids');
  expect(graphql[1]).toMatchObject({ type: 'SEGMENT_MEMBERS_ADDED', customerIds: null });
});

it('streams the customers only to those who can see them', async () => {
  const id = await newSegment();
  const { headers } = await restAt(gateway, '/v1/customer-segments?limit=1');
  const after = headers.get('event-cursor');
  await door.add(gateway, id, ['a']);
  const first = async (as: Who) => {
    const response = await fetch(`${gateway.url}/v1/events?after=${after}`, {
      headers: { ...gateway.authorization(as), accept: 'text/event-stream' },
    });
    let text = '';
    for await (const part of response.body ?? []) {
      text += new TextDecoder().decode(part);
      if (/data: .*\n\n/.test(text)) break;
    }
    return JSON.parse(/data: (.*)\n/.exec(text)?.[1] ?? '');
  };
  expect(await first('ada')).toMatchObject({ segment_id: id, customer_ids: ['a'] });
  expect(await first('reader')).not.toHaveProperty('customer_ids');
  expect(await first('ada')).toMatchObject({ segment_id: id, customer_ids: ['a'] });
});

it('loses the customers when the segment is deleted', async () => {
  const id = await newSegment();
  await door.add(gateway, id, ['secret']);
  await deleteSegment({ id }, gateway.context());
  const { rest, graphql } = await eventsOf(id);
  expect(rest.map(({ type }: Json) => type)).toEqual([
    'customer_segment.created',
    'customer_segment.members_added',
    'customer_segment.deleted',
  ]);
  expect(rest[1]).not.toHaveProperty('customer_ids');
  expect(graphql[1].customerIds).toBeNull();
  const ofSegment = (await wholeLog(gateway.events, 'ada')).filter(({ segmentId }) => segmentId === id);
  expect(JSON.stringify(ofSegment)).not.toContain('secret');
});
