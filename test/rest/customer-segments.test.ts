import { describe, expect, it } from 'vitest';
import { rest } from '../client.ts';
import { draft, testGateway } from '../harness.ts';

const gateway = testGateway();
const create = async () => (await rest(gateway, '', { method: 'POST', body: draft() })).body;

describe('POST /v1/customer-segments', () => {
  it('returns 201 with the segment, its properties in the documented order, and its location', async () => {
    const before = Date.now();
    const { status, headers, body } = await rest(gateway, '', { method: 'POST', body: draft() });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/v1/customer-segments/${body.id}`);
    expect(headers.get('content-type')).toBe('application/json');
    expect(Object.keys(body)).toEqual(['id', 'name', 'criteria', 'description', 'created_at', 'updated_at']);
    expect(body.created_at).toBeGreaterThanOrEqual(Math.floor(before / 1000));
    expect(body.created_at).toBeLessThanOrEqual(Date.now() / 1000);
    expect(body.updated_at).toBe(body.created_at);
  });

  it('accepts a form as well as JSON', async () => {
    const { status, body } = await rest(gateway, '', {
      method: 'POST',
      body: new URLSearchParams({ ...draft() }),
    });
    expect({ status, ...body }).toMatchObject({ status: 201, ...draft() });
  });

  it('accepts properties in the query as well, but none twice', async () => {
    const { name, ...others } = draft();
    const query = `?name=${encodeURIComponent(name)}`;
    expect((await rest(gateway, query, { method: 'POST', body: others })).status).toBe(201);
    const twice = await rest(gateway, query, { method: 'POST', body: draft() });
    expect(twice.body.errors).toEqual([{ param: 'name', message: 'must not be given more than once' }]);
  });

  it.each([
    ['no body', undefined, {}],
    ['an empty object', {}, {}],
  ])('names the missing properties of %s', async (_, body, headers) => {
    const answer = await rest(gateway, '', { method: 'POST', headers, ...(body && { body }) });
    const message = 'is required';
    expect(answer.body.errors).toEqual([
      { param: 'name', message },
      { param: 'criteria', message },
      { param: 'description', message },
    ]);
  });
});

describe('GET /v1/customer-segments', () => {
  it('returns ten segments, newest first, and says that there are more', async () => {
    for (let i = 0; i < 11; i++) await create();
    const { body } = await rest(gateway);
    expect(Object.keys(body)).toEqual(['has_more', 'data']);
    expect(body.has_more).toBe(true);
    expect(body.data).toHaveLength(10);
    const ids = body.data.map(({ id }: { id: string }) => id);
    expect(ids).toEqual(ids.toSorted().toReversed());
  });

  it.each([
    ['limit=0', 'limit', 'must be a whole number from 1 to 100, not 0'],
    ['limit=101', 'limit', 'must be a whole number from 1 to 100, not 101'],
    ['limit=-1', 'limit', 'must be a whole number from 1 to 100, not "-1"'],
    ['limit=1e1', 'limit', 'must be a whole number from 1 to 100, not "1e1"'],
    ['limit=', 'limit', 'must be a whole number from 1 to 100, not ""'],
    ['limit=9007199254740993', 'limit', 'must be a whole number from 1 to 100, not "9007199254740993"'],
    ['limit=1&limit=2', 'limit', 'must not be given more than once'],
    ['starting_after=nope', 'starting_after', 'must be the id of a segment, not "nope"'],
    ['ending_before=', 'ending_before', 'must be the id of a segment, not ""'],
    ['crtieria=x', 'crtieria', 'is not a recognised parameter'],
    ['first=5', 'first', 'is not a recognised parameter'],
    ['filter=x', 'filter', 'is not a recognised parameter'],
    ['orderBy=x', 'orderBy', 'is not a recognised parameter'],
    ['__proto__=x', '__proto__', 'is not a recognised parameter'],
    ['constructor=x', 'constructor', 'is not a recognised parameter'],
    ['name=%ff', 'name', 'must be percent-encoded UTF-8'],
    ['name=%zz', 'name', 'must be percent-encoded UTF-8'],
    ['name=%00', 'name', 'must not contain the character U+0000'],
  ])('refuses ?%s and says why', async (query, param, message) => {
    const { status, body } = await rest(gateway, `?${query}`);
    expect({ status, code: body.code, errors: body.errors }).toEqual({
      status: 400,
      code: 'INVALID_INPUT',
      errors: [{ param, message }],
    });
  });

  it('refuses both cursors together', async () => {
    const { id } = await create();
    const { status, body } = await rest(gateway, `?starting_after=${id}&ending_before=${id}`);
    const message = 'cannot be combined with ending_before: page either forward or backward';
    expect([status, body.errors]).toEqual([400, [{ param: 'starting_after', message }]]);
  });
});

describe('PUT and PATCH /v1/customer-segments/{id}', () => {
  it.each(['PUT', 'PATCH'])('%s accepts a fetched segment that is sent back whole', async (method) => {
    const segment = await create();
    const body = { ...segment, name: 'renamed', created_at: 0 };
    const answer = await rest(gateway, `/${segment.id}`, { method, body });
    const { updated_at: _, ...after } = answer.body;
    const { updated_at: __, ...before } = segment;
    expect(after).toEqual({ ...before, name: 'renamed' });
  });

  it.each(['PUT', 'PATCH'])('%s refuses the id of another segment in the body', async (method) => {
    const [segment, other] = [await create(), await create()];
    for (const id of [other.id, '', 5, null]) {
      const { status, body } = await rest(gateway, `/${segment.id}`, { method, body: { id, name: 'x' } });
      const shown = typeof id === 'string' ? `"${id}"` : id;
      const message = `must equal the id in the path, not ${shown}`;
      expect([status, body.errors]).toEqual([400, [{ param: 'id', message }]]);
    }
    expect((await rest(gateway, `/${segment.id}`)).body).toEqual(segment);
  });
});

describe('HEAD', () => {
  it('returns the status and Content-Length of GET, without a body', async () => {
    const segment = await create();
    const { status, headers, body } = await rest(gateway, `/${segment.id}`, { method: 'HEAD' });
    expect({ status, body }).toEqual({ status: 200, body: '' });
    expect(headers.get('content-length')).toBe(`${JSON.stringify(segment).length}`);
  });
});

describe('DELETE /v1/customer-segments/{id}', () => {
  it('returns 204 without a body', async () => {
    const { id } = await create();
    const { status, body } = await rest(gateway, `/${id}`, { method: 'DELETE' });
    expect({ status, body }).toEqual({ status: 204, body: '' });
  });

  it('refuses an unknown parameter that ends with /health, and deletes nothing', async () => {
    const { id } = await create();
    expect((await rest(gateway, `/${id}?x=/health`, { method: 'DELETE' })).status).toBe(400);
    expect((await rest(gateway, `/${id}`)).status).toBe(200);
  });
});

describe('any request', () => {
  it.each([
    ['', 'PUT', 'GET, HEAD, POST', 'GET, HEAD or POST'],
    ['', 'DELETE', 'GET, HEAD, POST', 'GET, HEAD or POST'],
    ['/xgQQXg3hrtjh7AvZ', 'POST', 'GET, HEAD, PUT, PATCH, DELETE', 'GET, HEAD, PUT, PATCH or DELETE'],
  ])('to %j by %s is answered with 405 and the allowed methods', async (path, method, allow, use) => {
    const { status, headers, body } = await rest(gateway, path, { method });
    expect([status, headers.get('allow'), body.code]).toEqual([405, allow, 'METHOD_NOT_ALLOWED']);
    expect(body.detail).toBe(`Method not allowed. Use ${use}.`);
  });

  it.each(['/', '/a/b', '//', '/xgQQXg3hrtjh7AvZ/'])('to %s is answered with 404', async (path) => {
    expect((await rest(gateway, path)).status).toBe(404);
  });

  it('keeps a valid request id, and gets a new one otherwise', async () => {
    const given = await rest(gateway, '/nope', { headers: { 'x-request-id': 'trace-1' } });
    expect([given.headers.get('x-request-id'), given.body.request_id]).toEqual(['trace-1', 'trace-1']);
    const made = await rest(gateway, '/nope', { headers: { 'x-request-id': 'not a good id' } });
    expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ['the token', { as: null }, '/nope?bad=1', 'PUT', 401],
    ['the path', {}, '/a/b?limit=0', 'POST', 404],
    ['the content type', { as: 'reader', headers: { 'content-type': 'text/plain' } }, '', 'POST', 415],
    ['the scope', { as: 'reader', headers: { 'content-type': 'application/json' } }, '', 'POST', 403],
  ] as const)('is refused for the first check that fails: %s', async (_, sent, path, method, status) => {
    const body = method === 'POST' ? { body: '{"name":5}' } : {};
    expect((await rest(gateway, path, { ...sent, method, ...body })).status).toBe(status);
  });
});
