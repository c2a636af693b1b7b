import { describe, expect, it } from 'vitest';
import { getSegment } from '../../src/segments/resolvers.ts';
import { graphql, rest } from '../client.ts';
import { draft, testGateway } from '../harness.ts';
import { decided } from '../patiently.ts';

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
  it('is the version: 1 for a new segment, and one more after every change', async () => {
    const { id, etag } = await create();
    expect(etag).toBe('"1"');
    expect((await rest(gateway, `/${id}`)).headers.get('etag')).toBe('"1"');
    expect((await put(id, 'a')).headers.get('etag')).toBe('"2"');
    expect((await put(id, 'b')).headers.get('etag')).toBe('"3"');
    expect((await rest(gateway, `/${id}`)).headers.get('etag')).toBe('"3"');
  });
});

describe('If-Match', () => {
  it.each(['PUT', 'PATCH'])('lets %s change only the version that the caller has seen', async (method) => {
    const { id, etag } = await create();
    const change = (name: string) =>
      rest(gateway, `/${id}`, { method, body: { name }, headers: { 'if-match': etag } });
    expect((await change('first')).status).toBe(200);
    const { status, body } = await change('second');
    expect(status).toBe(412);
    expect(body).toMatchObject({
      code: 'PRECONDITION_FAILED',
      detail: 'The precondition failed: the segment is at version 2.',
    });
    expect((await rest(gateway, `/${id}`)).body.name).toBe('first');
  });

  it('lets DELETE remove only the version that the caller has seen', async () => {
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
  ])('%j is answered with %i for a segment at version 1', async (ifMatch, expected) => {
    const { id } = await create();
    const { status, body } = await put(id, 'changed', ifMatch);
    expect(status).toBe(expected);
    expect(await current(id)).toBe(expected === 200 ? 2 : 1);
    if (expected === 400) expect(body.errors).toMatchObject([{ param: 'If-Match' }]);
  });

  it('lets exactly one of a hundred updates at once succeed', async () => {
    const { id, etag } = await create();
    const puts = Array.from({ length: 100 }, (_, i) => decided(() => put(id, `${i}`, etag)));
    const statuses = (await Promise.all(puts)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 412)).toHaveLength(99);
    expect(await current(id)).toBe(2);
  });

  it('does not tell another account about the version', async () => {
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
  ])('%j is answered with %i for a GET at version 1', async (ifNoneMatch, expected) => {
    const { id } = await create();
    const { status, headers, body } = await rest(gateway, `/${id}`, {
      headers: { 'if-none-match': ifNoneMatch },
    });
    expect(status).toBe(expected);
    if (expected === 304) expect([headers.get('etag'), body]).toEqual(['"1"', '']);
  });
});

describe('preconditions of every method', () => {
  /** The status of each method if its precondition holds. */
  const METHODS = { GET: 200, HEAD: 200, PUT: 200, PATCH: 200, DELETE: 204 };
  const isRead = (method: string) => method === 'GET' || method === 'HEAD';
  const send = async (method: string, headers: Record<string, string>) => {
    const { id } = await create();
    const body = method === 'PUT' || method === 'PATCH' ? { body: { name: 'changed' } } : {};
    const answer = await rest(gateway, `/${id}`, { method, headers, ...body });
    return { ...answer, version: await current(id) };
  };

  describe.each(Object.entries(METHODS))('%s', (method, success) => {
    it.each([
      [{ 'if-match': '"1"' }, success],
      [{ 'if-match': '*' }, success],
      [{ 'if-match': ',"7",, "1" ,' }, success],
      [{ 'if-match': '"99"' }, 412],
      [{ 'if-match': 'W/"1"' }, 412],
      [{ 'if-none-match': '"1"' }, isRead(method) ? 304 : 412],
      [{ 'if-none-match': 'W/"1"' }, isRead(method) ? 304 : 412],
      [{ 'if-none-match': '"9",,"1"' }, isRead(method) ? 304 : 412],
      [{ 'if-none-match': '*' }, isRead(method) ? 304 : 412],
      [{ 'if-none-match': '"2", "a"' }, success],
      // In the order of RFC 9110, section 13.2.2: If-Match decides first.
      [{ 'if-match': '"99"', 'if-none-match': '"1"' }, 412],
      [{ 'if-match': '"1"', 'if-none-match': '"1"' }, isRead(method) ? 304 : 412],
      [{ 'if-match': '"1"', 'if-none-match': '"2"' }, success],
      [{ 'if-match': '"1", "2"', 'if-none-match': '*' }, isRead(method) ? 304 : 412],
      // These are ignored, because a segment has no Last-Modified (sections 13.1.3 and 13.1.4).
      [{ 'if-modified-since': 'Sat, 29 Oct 2050 19:43:31 GMT' }, success],
      [{ 'if-unmodified-since': 'Sat, 29 Oct 1994 19:43:31 GMT' }, success],
      [{ 'if-match': '"1' }, 400],
      [{ 'if-none-match': '"1" "2"' }, 400],
    ])('with %j is answered with %i', async (headers: Record<string, string>, expected) => {
      const { status, version } = await send(method, headers);
      expect(status).toBe(expected);
      const changed = method === 'DELETE' ? undefined : 2;
      expect(version).toBe(expected < 300 && !isRead(method) ? changed : 1);
    });

    it('is answered with 404 for a missing segment, whatever the precondition', async () => {
      for (const [name, value] of [
        ['if-match', '*'],
        ['if-match', '"1"'],
        ['if-none-match', '*'],
      ] as const) {
        const body = method === 'PUT' || method === 'PATCH' ? { body: { name: 'changed' } } : {};
        const { status } = await rest(gateway, '/0000000000000000', {
          method,
          headers: { [name]: value },
          ...body,
        });
        expect(status).toBe(404);
      }
    });
  });

  it('are refused with a shortened copy of what was sent if they are malformed', async () => {
    const { body } = await send('GET', { 'if-match': `"1" ${'x'.repeat(200)}` });
    expect(body.errors).toEqual([
      {
        param: 'If-Match',
        message: `must be * or a list of entity tags, such as "3", not ""1" ${'x'.repeat(36)}…"`,
      },
    ]);
  });

  it('are refused with the current version if they fail', async () => {
    const detail = async (headers: Record<string, string>) => (await send('PUT', headers)).body.detail;
    expect(await detail({ 'if-match': '"2"' })).toBe('The precondition failed: the segment is at version 1.');
    expect(await detail({ 'if-none-match': '"1"' })).toBe(
      'The precondition failed: the segment is at version 1.',
    );
  });

  it('let exactly one of a hundred updates at once succeed with If-None-Match', async () => {
    const { id } = await create();
    const headers = { 'if-none-match': '"2"' };
    const puts = Array.from({ length: 100 }, (_, i) =>
      decided(() => rest(gateway, `/${id}`, { method: 'PUT', body: { name: `${i}` }, headers })),
    );
    const statuses = (await Promise.all(puts)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(await current(id)).toBe(2);
  });

  it.each([
    ['tags', '"1",'],
    ['commas', ','],
    ['spaces', ' '],
    ['quotation marks', '"'],
    ['weak marks', 'W/'],
    ['tags without commas', '"1" '],
  ])('are parsed within 250 ms from 15 KB of %s', async (_, part) => {
    const { id } = await create();
    const list = part.repeat(15_000 / part.length);
    const start = process.cpuUsage();
    await rest(gateway, `/${id}`, { headers: { 'if-match': `${list}x`, 'if-none-match': `"${list}` } });
    expect(process.cpuUsage(start).user).toBeLessThan(250_000);
  });
});

describe('preconditions of the collection, which exists and has no entity tag', () => {
  it.each([
    ['GET', { 'if-match': '*' }, 200],
    ['GET', { 'if-match': '"1"' }, 412],
    ['GET', { 'if-none-match': '"1"' }, 200],
    ['GET', { 'if-none-match': '*' }, 304],
    ['POST', { 'if-match': '*' }, 201],
    ['POST', { 'if-match': '"1"' }, 412],
    ['POST', { 'if-none-match': '"1"' }, 201],
    ['POST', { 'if-none-match': '*' }, 412],
    ['POST', { 'if-none-match': '1' }, 400],
  ])('%s with %j is answered with %i', async (method, headers: Record<string, string>, status) => {
    const body = method === 'POST' ? { body: draft() } : {};
    expect((await rest(gateway, '', { method, headers, ...body })).status).toBe(status);
  });

  it('are not checked for a request that is invalid without them', async () => {
    for (const [headers, param] of [
      [{ 'if-match': '"1"' }, 'name'],
      [{ 'if-none-match': '*', 'idempotency-key': '"' }, 'Idempotency-Key'],
    ] as [Record<string, string>, string][]) {
      const body = draft({ name: '' });
      const { status, body: problem } = await rest(gateway, '', { method: 'POST', headers, body });
      expect([status, problem.errors[0].param]).toEqual([400, param]);
    }
  });

  it('are not checked for a caller who may not create', async () => {
    const sent = { method: 'POST', body: draft(), headers: { 'if-none-match': '*' }, as: 'reader' as const };
    expect((await rest(gateway, '', sent)).status).toBe(403);
  });
});

describe('a 304', () => {
  it('has the ETag, Cache-Control and Vary of the 200, and a Date', async () => {
    const { id, etag } = await create();
    const full = await rest(gateway, `/${id}`);
    const { status, headers } = await rest(gateway, `/${id}`, { headers: { 'if-none-match': etag } });
    expect(status).toBe(304);
    for (const name of ['etag', 'cache-control', 'vary']) {
      expect(headers.get(name), name).toBe(full.headers.get(name));
    }
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('date')).not.toBeNull();
  });
});

describe('expectedVersion', () => {
  const UPDATE = `mutation ($input: UpdateSegmentInput!) { updateSegment(input: $input) {
    ... on UpdateSegmentPayload { segment { version } } ... on SegmentVersionConflict { message currentVersion } } }`;
  const DELETE = `mutation ($input: DeleteSegmentInput!) { deleteSegment(input: $input) {
    ... on DeleteSegmentPayload { segment { version } } ... on SegmentVersionConflict { currentVersion } } }`;
  const update = async (input: object) => (await graphql(gateway, UPDATE, { input })).body.data.updateSegment;

  it('lets a mutation change only the version that the caller has seen', async () => {
    const { id } = await create();
    expect(await update({ id, name: 'a', expectedVersion: 1 })).toEqual({ segment: { version: 2 } });
    expect(await update({ id, name: 'b', expectedVersion: 1 })).toEqual({
      message: 'The precondition failed: the segment is at version 2.',
      currentVersion: 2,
    });
    expect(await update({ id, name: 'c' })).toEqual({ segment: { version: 3 } });
    const remove = async (expectedVersion: number) =>
      (await graphql(gateway, DELETE, { input: { id, expectedVersion } })).body.data.deleteSegment;
    expect(await remove(2)).toEqual({ currentVersion: 3 });
    expect(await remove(3)).toEqual({ segment: { version: 3 } });
  });

  it.each([
    ['expectedVersion', 1],
    ['excludedVersion', [1]],
  ])('is not a parameter of REST: %s', async (param, value) => {
    const { id } = await create();
    const { body } = await rest(gateway, `/${id}`, { method: 'PUT', body: { name: 'x', [param]: value } });
    expect(body.errors).toEqual([{ param, message: 'is not a recognised parameter' }]);
  });
});
