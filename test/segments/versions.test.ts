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
      detail: 'The precondition failed: the segment is at version 2.',
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

describe('preconditions of every method', () => {
  /** What a method answers where its condition holds. */
  const METHODS = { GET: 200, HEAD: 200, PUT: 200, PATCH: 200, DELETE: 204 };
  const isRead = (method: string) => method === 'GET' || method === 'HEAD';
  const send = async (method: string, headers: Record<string, string>) => {
    const { id } = await create();
    const body = method === 'PUT' || method === 'PATCH' ? { body: { name: 'changed' } } : {};
    const answer = await rest(gateway, `/${id}`, { method, headers, ...body });
    return { ...answer, version: await current(id) };
  };

  describe.each(Object.entries(METHODS))('%s', (method, done) => {
    it.each([
      [{ 'if-match': '"1"' }, done],
      [{ 'if-match': '*' }, done],
      [{ 'if-match': ',"7",, "1" ,' }, done],
      [{ 'if-match': '"99"' }, 412],
      [{ 'if-match': 'W/"1"' }, 412],
      [{ 'if-none-match': '"1"' }, isRead(method) ? 304 : 412],
      [{ 'if-none-match': 'W/"1"' }, isRead(method) ? 304 : 412],
      [{ 'if-none-match': '"9",,"1"' }, isRead(method) ? 304 : 412],
      [{ 'if-none-match': '*' }, isRead(method) ? 304 : 412],
      [{ 'if-none-match': '"2", "a"' }, done],
      // In the order of RFC 9110, section 13.2.2: If-Match decides first.
      [{ 'if-match': '"99"', 'if-none-match': '"1"' }, 412],
      [{ 'if-match': '"1"', 'if-none-match': '"1"' }, isRead(method) ? 304 : 412],
      [{ 'if-match': '"1"', 'if-none-match': '"2"' }, done],
      [{ 'if-match': '"1", "2"', 'if-none-match': '*' }, isRead(method) ? 304 : 412],
      // Without a modification date these mean nothing (sections 13.1.3 and 13.1.4).
      [{ 'if-modified-since': 'Sat, 29 Oct 2050 19:43:31 GMT' }, done],
      [{ 'if-unmodified-since': 'Sat, 29 Oct 1994 19:43:31 GMT' }, done],
      [{ 'if-match': '"1' }, 400],
      [{ 'if-none-match': '"1" "2"' }, 400],
    ])('with %j is answered %i', async (headers: Record<string, string>, expected) => {
      const { status, version } = await send(method, headers);
      expect(status).toBe(expected);
      const changed = method === 'DELETE' ? undefined : 2;
      expect(version).toBe(expected < 300 && !isRead(method) ? changed : 1);
    });

    it('does not count where nothing is: 404', async () => {
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

  it('refuses with what it was sent, shortened', async () => {
    const { body } = await send('GET', { 'if-match': `"1" ${'x'.repeat(200)}` });
    expect(body.errors).toEqual([
      {
        param: 'If-Match',
        message: `must be * or a list of entity tags, such as "3", not ""1" ${'x'.repeat(36)}…"`,
      },
    ]);
  });

  it('says why a version is refused', async () => {
    const detail = async (headers: Record<string, string>) => (await send('PUT', headers)).body.detail;
    expect(await detail({ 'if-match': '"2"' })).toBe('The precondition failed: the segment is at version 1.');
    expect(await detail({ 'if-none-match': '"1"' })).toBe(
      'The precondition failed: the segment is at version 1.',
    );
  });

  it('lets exactly one of a hundred change what is not at the version after it', async () => {
    const { id } = await create();
    const headers = { 'if-none-match': '"2"' };
    const puts = Array.from({ length: 100 }, (_, i) =>
      rest(gateway, `/${id}`, { method: 'PUT', body: { name: `${i}` }, headers }),
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
    ['tags that do not end', '"1" '],
  ])('are read in a moment from 15 KB of %s', async (_, part) => {
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
  ])('%s with %j is answered %i', async (method, headers: Record<string, string>, status) => {
    const body = method === 'POST' ? { body: draft() } : {};
    expect((await rest(gateway, '', { method, headers, ...body })).status).toBe(status);
  });

  it('are not told of what would be refused without them', async () => {
    for (const [headers, param] of [
      [{ 'if-match': '"1"' }, 'name'],
      [{ 'if-none-match': '*', 'idempotency-key': '"' }, 'Idempotency-Key'],
    ] as [Record<string, string>, string][]) {
      const body = draft({ name: '' });
      const { status, body: problem } = await rest(gateway, '', { method: 'POST', headers, body });
      expect([status, problem.errors[0].param]).toEqual([400, param]);
    }
  });

  it('are not told to those who may not create', async () => {
    const sent = { method: 'POST', body: draft(), headers: { 'if-none-match': '*' }, as: 'reader' as const };
    expect((await rest(gateway, '', sent)).status).toBe(403);
  });
});

describe('a 304', () => {
  it('carries the headers that its 200 has', async () => {
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

  it('lets a mutation change only what the caller has seen', async () => {
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
  ])('is no word of REST: %s', async (param, value) => {
    const { id } = await create();
    const { body } = await rest(gateway, `/${id}`, { method: 'PUT', body: { name: 'x', [param]: value } });
    expect(body.errors).toEqual([{ param, message: 'is not a recognised parameter' }]);
  });
});
