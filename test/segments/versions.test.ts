import { describe, expect, it } from 'vitest';
import { getSegment } from '../../src/segments/resolvers.ts';
import { graphql, rest } from '../client.ts';
import { draft, testGateway } from '../harness.ts';

const gateway = testGateway();
const create = async () => {
  const { headers, body } = await rest(gateway, '', { method: 'POST', body: draft() });
  return { id: body.id as string, etag: headers.get('etag') ?? '' };
};
const put = (id: string, name: string, ifMatch?: string) =>
  rest(gateway, `/${id}`, {
    method: 'PUT',
    body: { name },
    headers: ifMatch === undefined ? {} : { 'if-match': ifMatch },
  });
const current = async (id: string) => (await getSegment({ id }, gateway.context()))?.version;

describe('ETag', () => {
  it('is the version: 1 for a new segment, and one more with every change', async () => {
    const { id, etag } = await create();
    expect(etag).toBe('"1"');
    expect((await rest(gateway, `/${id}`)).headers.get('etag')).toBe('"1"');
    expect((await put(id, 'a')).headers.get('etag')).toBe('"2"');
    expect((await put(id, 'b')).headers.get('etag')).toBe('"3"');
    expect((await rest(gateway, `/${id}`)).headers.get('etag')).toBe('"3"');
  });
});

describe('If-Match', () => {
  it.each(['PUT', 'PATCH'])('lets %s change only what the caller has seen', async (method) => {
    const { id, etag } = await create();
    const change = (name: string) =>
      rest(gateway, `/${id}`, { method, body: { name }, headers: { 'if-match': etag } });
    expect((await change('first')).status).toBe(200);
    const { status, body } = await change('second');
    expect(status).toBe(412);
    expect(body).toMatchObject({
      code: 'PRECONDITION_FAILED',
      detail: 'The segment has changed: it is at version 2.',
    });
    expect((await rest(gateway, `/${id}`)).body.name).toBe('first');
  });

  it('lets DELETE remove only what the caller has seen', async () => {
    const { id, etag } = await create();
    await put(id, 'changed');
    const remove = (ifMatch: string) =>
      rest(gateway, `/${id}`, { method: 'DELETE', headers: { 'if-match': ifMatch } });
    expect((await remove(etag)).status).toBe(412);
    expect((await remove('"2"')).status).toBe(204);
    expect((await remove('"2"')).status).toBe(404);
  });

  it.each([
    ['*', 200],
    ['"7", "1"', 200],
    [' "1" ', 200],
    ['"7"', 412],
    ['"1x"', 412],
    ['"01"', 412],
    ['""', 412],
    ['W/"1"', 412], // strong comparison: RFC 9110, 13.1.1
    ['"99999999999999"', 412],
    ['1', 400],
    ['"1', 400],
    ['"1" "2"', 400],
    ['', 400],
  ])('of %j answers %i on a segment at version 1', async (ifMatch, expected) => {
    const { id } = await create();
    const { status, body } = await put(id, 'changed', ifMatch);
    expect(status).toBe(expected);
    expect(await current(id)).toBe(expected === 200 ? 2 : 1);
    if (expected === 400) expect(body.errors).toMatchObject([{ param: 'If-Match' }]);
  });

  it('lets exactly one of a hundred win', async () => {
    const { id, etag } = await create();
    const statuses = (await Promise.all(Array.from({ length: 100 }, (_, i) => put(id, `${i}`, etag)))).map(
      ({ status }) => status,
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 412)).toHaveLength(99);
    expect(await current(id)).toBe(2);
  });

  it('tells another account nothing of the version', async () => {
    const { id } = await create();
    const sent = { method: 'PUT', body: { name: 'x' }, headers: { 'if-match': '"7"' }, as: 'bob' as const };
    expect((await rest(gateway, `/${id}`, sent)).status).toBe(404);
  });
});

describe('If-None-Match', () => {
  it.each([
    ['"1"', 304],
    ['W/"1"', 304], // weak comparison: RFC 9110, 13.1.2
    ['"7", "1"', 304],
    ['*', 304],
    ['"2"', 200],
    ['nonsense', 400],
  ])('of %j answers %i to a GET at version 1', async (ifNoneMatch, expected) => {
    const { id } = await create();
    const { status, headers, body } = await rest(gateway, `/${id}`, {
      headers: { 'if-none-match': ifNoneMatch },
    });
    expect(status).toBe(expected);
    if (expected === 304) expect([headers.get('etag'), body]).toEqual(['"1"', '']);
  });
});

describe('expectedVersion', () => {
  const UPDATE = `mutation ($input: UpdateSegmentInput!) { updateSegment(input: $input) {
    ... on UpdateSegmentPayload { segment { version } } ... on SegmentVersionConflict { message currentVersion } } }`;
  const DELETE = `mutation ($input: DeleteSegmentInput!) { deleteSegment(input: $input) {
    ... on DeleteSegmentPayload { segment { version } } ... on SegmentVersionConflict { currentVersion } } }`;
  const update = async (input: object) => (await graphql(gateway, UPDATE, { input })).body.data.updateSegment;

  it('lets a mutation change only what the caller has seen', async () => {
    const { id } = await create();
    expect(await update({ id, name: 'a', expectedVersion: 1 })).toEqual({ segment: { version: 2 } });
    expect(await update({ id, name: 'b', expectedVersion: 1 })).toEqual({
      message: 'The segment has changed: it is at version 2.',
      currentVersion: 2,
    });
    expect(await update({ id, name: 'c' })).toEqual({ segment: { version: 3 } });
    const remove = async (expectedVersion: number) =>
      (await graphql(gateway, DELETE, { input: { id, expectedVersion } })).body.data.deleteSegment;
    expect(await remove(2)).toEqual({ currentVersion: 3 });
    expect(await remove(3)).toEqual({ segment: { version: 3 } });
  });

  it('is no word of REST', async () => {
    const { id } = await create();
    const { body } = await rest(gateway, `/${id}`, {
      method: 'PUT',
      body: { name: 'x', expectedVersion: 1 },
    });
    expect(body.errors).toEqual([{ param: 'expectedVersion', message: 'is not known here' }]);
  });
});
