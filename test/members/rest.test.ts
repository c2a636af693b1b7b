import { beforeAll, describe, expect, it } from 'vitest';
import { createSegment } from '../../src/segments/resolvers.ts';
import { type Json, rest } from '../client.ts';
import { draft, testGateway } from '../harness.ts';

const gateway = testGateway();
let id: string;

const newSegment = async (): Promise<string> => (await createSegment(draft(), gateway.context())).id;
const idsOf = ({ body }: Json): string[] => body.data.map((member: Json) => member.customer_id);

beforeAll(async () => {
  id = await newSegment();
  await rest(gateway, `/${id}/members`, { method: 'POST', body: { add: ['a', 'b', 'c', 'd', 'e'] } });
});

describe('PUT, GET and DELETE of one member', () => {
  it('add, show and remove it, and can be repeated', async () => {
    const path = `/${await newSegment()}/members/a`;
    const statuses: number[] = [];
    for (const method of ['GET', 'PUT', 'PUT', 'GET', 'DELETE', 'DELETE', 'GET'])
      statuses.push((await rest(gateway, path, { method })).status);
    expect(statuses).toEqual([404, 204, 204, 200, 204, 204, 404]);
  });

  it('show when the customer joined, in seconds', async () => {
    const { body, headers } = await rest(gateway, `/${id}/members/a`);
    expect(body).toEqual({ customer_id: 'a', joined_at: expect.any(Number) });
    expect(Math.abs(body.joined_at - Date.now() / 1000)).toBeLessThan(600);
    expect(headers.get('content-type')).toBe('application/json');
  });

  it('name the id in the path when it is wrong', async () => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const { status, body } = await rest(gateway, `/${id}/members/a%0Ab`, { method });
      expect({ status, errors: body.errors }).toEqual({
        status: 400,
        errors: [{ param: 'customer_id', message: 'must not contain control characters' }],
      });
    }
    const { body } = await rest(gateway, `/${id}/members/%ff`);
    expect(body.errors).toEqual([{ param: 'customer_id', message: 'must be percent-encoded UTF-8' }]);
  });

  it('refuse parameters that they do not have', async () => {
    const { body } = await rest(gateway, `/${id}/members/a`, { method: 'PUT', body: { joined_at: 0 } });
    expect(body.errors).toEqual([{ param: 'joined_at', message: 'is not a recognised parameter' }]);
  });

  it('answer another method with those that are allowed', async () => {
    const { status, headers } = await rest(gateway, `/${id}/members/a`, { method: 'PATCH' });
    expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD, PUT, DELETE']);
  });

  it('do not exist below the path of a member', async () => {
    expect((await rest(gateway, `/${id}/members/a/b`)).status).toBe(404);
    expect((await rest(gateway, `/${id}/members/`)).status).toBe(404);
  });
});

describe('POST of a change', () => {
  it('adds and removes in one step', async () => {
    const segment = await newSegment();
    await rest(gateway, `/${segment}/members`, { method: 'POST', body: { add: ['a', 'b'] } });
    const body = { add: ['b', 'c'], remove: ['a', 'x'] };
    const { status, body: counts } = await rest(gateway, `/${segment}/members`, { method: 'POST', body });
    expect([status, counts]).toEqual([200, { added: 1, already_members: 1, removed: 1, not_members: 1 }]);
    expect(idsOf(await rest(gateway, `/${segment}/members`))).toEqual(['b', 'c']);
  });

  const many = Array.from({ length: 1_001 }, (_, i) => `c${i}`);
  it.each([
    [{}, 'add', 'and `remove` must have 1 to 1,000 ids together, not 0'],
    [{ add: [], remove: [] }, 'add', 'and `remove` must have 1 to 1,000 ids together, not 0'],
    [
      { add: many.slice(0, 500), remove: many.slice(500) },
      'add',
      'and `remove` must have 1 to 1,000 ids together, not 1,001',
    ],
    [{ add: ['x', 'y'], remove: ['z', 'y'] }, 'remove', 'must not have an id that `add` has: "y"'],
    [{ add: ['x'], remove: [7] }, 'remove.0', 'must be a string, not 7'],
  ])('refuses %j', async (body, param, message) => {
    const answer = await rest(gateway, `/${id}/members`, { method: 'POST', body });
    expect([answer.status, answer.body.errors]).toEqual([400, [{ param, message }]]);
  });
});

describe('GET of the members', () => {
  it('pages forward and backward by the ids of customers', async () => {
    const pages = [
      await rest(gateway, `/${id}/members?limit=2`),
      await rest(gateway, `/${id}/members?limit=2&starting_after=b`),
      await rest(gateway, `/${id}/members?limit=2&starting_after=d`),
      await rest(gateway, `/${id}/members?limit=2&ending_before=d`),
    ];
    expect(pages.map((page) => [idsOf(page), page.body.has_more])).toEqual([
      [['a', 'b'], true],
      [['c', 'd'], true],
      [['e'], false],
      [['b', 'c'], true],
    ]);
  });

  it('refuses a place that is not a member, and two places', async () => {
    const { body } = await rest(gateway, `/${id}/members?starting_after=nobody`);
    const message = 'must be a member of the segment, not "nobody"';
    expect(body.errors).toEqual([{ param: 'starting_after', message }]);
    expect((await rest(gateway, `/${id}/members?starting_after=a&ending_before=c`)).status).toBe(400);
  });

  it('finds no segment that does not exist', async () => {
    expect((await rest(gateway, '/xgQQXg3hrtjh7AvZ/members')).status).toBe(404);
    expect((await rest(gateway, `/${id}/members`, { as: 'bob' })).status).toBe(404);
  });
});
