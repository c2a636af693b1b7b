import { describe, expect, it } from 'vitest';
import { createSegment } from '../../src/segments/resolvers.ts';
import { type Json, restAt } from '../client.ts';
import { draft, testGateway } from '../harness.ts';
import { COLLECTION, createEndpoint, issuesOf, newUrl, REST_OPERATIONS } from './calls.ts';

const gateway = testGateway();

const call = (
  method: string,
  path = '',
  body?: object,
  as: 'ada' | 'bob' | 'reader' | 'writer' | null = 'ada',
) => restAt(gateway, COLLECTION + path, { method, as, ...(body && { body }) });

const UNKNOWN = 'whe_0000000000000000000000';
const shownOf = ({ secret: _, ...shown }: Json): Json => shown;

describe('POST /v1/webhook-endpoints', () => {
  it('answers 201 with the endpoint, its secret and where it is', async () => {
    const url = newUrl();
    const { status, headers, body } = await call('POST', '', { url });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`${COLLECTION}/${body.id}`);
    expect(body).toEqual({
      id: expect.stringMatching(/^whe_[0-9A-Za-z]{22}$/),
      url,
      types: null,
      status: 'enabled',
      ordering: 'log',
      cursor: expect.stringMatching(/^\d+$/),
      lag: 0,
      last_error: null,
      next_attempt_at: null,
      created_at: expect.any(Number),
      previous_secret_expires_at: null,
      replay: null,
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
    });
    expect(Math.abs(body.created_at - Date.now() / 1000)).toBeLessThan(600);
  });

  it('begins after the newest event', async () => {
    await createSegment(draft(), gateway.context());
    const { cursor } = await createEndpoint(gateway);
    const { body } = await restAt(gateway, '/v1/events?limit=100');
    expect(cursor).toBe(body.next);
  });

  it('takes types as JSON has them, or as a form or a query repeats them', async () => {
    const types = ['customer_segment.created', 'customer_segment.deleted'];
    const list = types.map((type) => `types=${type}`).join('&');
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const form = (body: string) => restAt(gateway, COLLECTION, { method: 'POST', body, headers });
    expect((await createEndpoint(gateway, { types })).types).toEqual(types);
    expect((await form(`url=${newUrl()}&${list}`)).body.types).toEqual(types);
    expect((await form(`url=${newUrl()}&types=${types[0]}`)).body.types).toEqual([types[0]]);
    expect((await form(`url=${newUrl()}`)).body.types).toBeNull();
    expect((await call('POST', `?url=${newUrl()}&${list}`)).body.types).toEqual(types);
    expect((await createEndpoint(gateway, { types: null })).types).toBeNull();
  });

  it.each<[object, string[]]>([
    [{}, ['url: is required']],
    [{ url: null }, ['url: must be a string, not null']],
    [{ url: `https://example.com/${'x'.repeat(2_048)}` }, ['url: must have at most 2,048 characters']],
    [{ url: 'x', types: 'all' }, [`types: must be one of ${NAMES()}, not "all"`]],
    [
      { url: 'x', types: ['customer_segment.created', 'SEGMENT_UPDATED'] },
      [`types: must be one of ${NAMES()}, not "SEGMENT_UPDATED"`],
    ],
    [{ url: 'x', types: [] }, ['types: must have at least one type: omit it, or pass null, for all']],
    [
      { url: 'x', types: 'customer_segment.created' },
      ['types: must be a list of types, or null for all, not "customer_segment.created"'],
    ],
    [{ url: newUrl(), secret: 'x' }, ['secret: is not a recognised parameter']],
    [{ url: newUrl(), status: 'disabled' }, ['status: is not a recognised parameter']],
  ])('refuses %j', async (body, issues) => {
    expect(issuesOf(await call('POST', '', body))).toEqual(issues);
  });

  it('refuses a URL that the account has already, and names its endpoint, but not that of another account', async () => {
    const { id, url } = await createEndpoint(gateway);
    expect(issuesOf(await call('POST', '', { url }))).toEqual([
      `url: is already the URL of the webhook endpoint ${id}`,
    ]);
    expect((await call('POST', '', { url }, 'bob')).status).toBe(201);
  });

  it('refuses more than 100 endpoints', async () => {
    const { body } = await call('GET', '', undefined, 'bob');
    for (let i = body.data.length; i < 100; i++) await createEndpoint(gateway, {}, 'bob');
    const refused = await call('POST', '', { url: newUrl() }, 'bob');
    expect([refused.status, refused.body.code, refused.body.detail]).toEqual([
      403,
      'QUOTA_EXCEEDED',
      'This account is limited to 100 webhook endpoints. Delete some before you create others.',
    ]);
  });
});

/** The names of all types, as a refusal lists them. */
function NAMES(): string {
  const names = ['created', 'updated', 'deleted', 'members_added', 'members_removed'];
  return names.map((name) => `customer_segment.${name}`).join(', ');
}

describe('GET', () => {
  it('shows an endpoint, and all of them oldest first, without their secrets', async () => {
    const [one, other] = [await createEndpoint(gateway), await createEndpoint(gateway)];
    expect((await call('GET', `/${one.id}`)).body).toEqual(shownOf(one));
    const { body } = await call('GET');
    expect(body.has_more).toBe(false);
    expect(body.data.slice(-2)).toEqual([shownOf(one), shownOf(other)]);
    expect(JSON.stringify(body)).not.toContain('whsec_');
  });

  it('has no parameters', async () => {
    expect(issuesOf(await call('GET', '?limit=10'))).toEqual(['limit: is not a recognised parameter']);
  });

  it('shows how far behind an endpoint is', async () => {
    const { id, cursor } = await createEndpoint(gateway);
    await call('PATCH', `/${id}`, { status: 'disabled' });
    await createSegment(draft(), gateway.context());
    expect((await call('GET', `/${id}`)).body).toMatchObject({ cursor, lag: 1, status: 'disabled' });
  });
});

describe('PATCH', () => {
  it('changes what is sent, and leaves the rest', async () => {
    const created = await createEndpoint(gateway, { types: ['customer_segment.created'] });
    const change = async (body: object) => (await call('PATCH', `/${created.id}`, body)).body;
    const url = newUrl();
    const shown = { ...shownOf(created), status: 'disabled' };
    expect(await change({ status: 'disabled' })).toEqual(shown);
    expect(await change({ url })).toEqual({ ...shown, url });
    expect(await change({ types: ['customer_segment.deleted'] })).toEqual({
      ...shown,
      url,
      types: ['customer_segment.deleted'],
    });
    expect(await change({ types: null })).toEqual({ ...shown, url, types: null });
    expect(await change({ status: 'enabled' })).toEqual({ ...shown, url, types: null, status: 'enabled' });
  });

  it('accepts a merge patch', async () => {
    const { id } = await createEndpoint(gateway, { types: ['customer_segment.created'] });
    const headers = { 'content-type': 'application/merge-patch+json' };
    const { body } = await restAt(gateway, `${COLLECTION}/${id}`, {
      method: 'PATCH',
      body: '{"types": null}',
      headers,
    });
    expect(body.types).toBeNull();
  });

  it.each<[object, string[]]>([
    [{}, ['body: must include at least one of url, types, status']],
    [{ status: 'failing' }, ['status: must be one of enabled, disabled, not "failing"']],
    [{ status: null }, ['status: must not be null']],
    [{ url: null }, ['url: must be a string, not null']],
    [{ types: null, cursor: '1' }, ['cursor: is not a recognised parameter']],
  ])('refuses %j', async (body, issues) => {
    const { id } = await createEndpoint(gateway);
    expect(issuesOf(await call('PATCH', `/${id}`, body))).toEqual(issues);
  });

  it('refuses the URL of another endpoint of the account', async () => {
    const [one, other] = [await createEndpoint(gateway), await createEndpoint(gateway)];
    expect(issuesOf(await call('PATCH', `/${one.id}`, { url: other.url }))).toEqual([
      `url: is already the URL of the webhook endpoint ${other.id}`,
    ]);
  });
});

describe('DELETE', () => {
  it('answers 204, and every operation then answers 404', async () => {
    const { id } = await createEndpoint(gateway);
    const { status, body } = await call('DELETE', `/${id}`);
    expect([status, body]).toEqual([204, '']);
    for (const [method, path, sent] of REST_OPERATIONS.filter(([, path]) => path !== '')) {
      const answer = await call(method, path.replace(':id', id), sent);
      expect([answer.status, answer.body.detail], `${method} ${path}`).toEqual([
        404,
        `There is no webhook endpoint "${id}".`,
      ]);
    }
  });
});

describe('POST /rotate-secret', () => {
  it('shows a new secret once, and when the previous one ends', async () => {
    const created = await createEndpoint(gateway);
    const { status, body } = await call('POST', `/${created.id}/rotate-secret`);
    expect(status).toBe(200);
    expect(body.secret).toMatch(/^whsec_/);
    expect(body.secret).not.toBe(created.secret);
    const hours = (body.previous_secret_expires_at - Date.now() / 1000) / 3_600;
    expect(Math.abs(hours - 24)).toBeLessThan(0.5);
    expect((await call('GET', `/${created.id}`)).body).toEqual(shownOf(body));
  });
});

describe('POST /replay', () => {
  /** A new endpoint, disabled and with some events before its cursor, so that a replay stays. */
  async function disabled(): Promise<Json> {
    for (let i = 0; i < 3; i++) await createSegment(draft(), gateway.context());
    const { id } = await createEndpoint(gateway);
    return (await call('PATCH', `/${id}`, { status: 'disabled' })).body;
  }

  it('shows the events to deliver again: up to the cursor, or up to `until`', async () => {
    const { id, cursor } = await disabled();
    const replayed = await call('POST', `/${id}/replay`, { after: '0' });
    expect([replayed.status, replayed.body.replay]).toEqual([200, { after: '0', until: cursor }]);
    const { body } = await call('POST', `/${id}/replay`, { after: '1', until: '2' });
    expect(body).toMatchObject({ replay: { after: '1', until: '2' }, cursor });
  });

  it('refuses cursors that are missing, malformed, beyond the log, or in the wrong order', async () => {
    const { id, cursor } = await disabled();
    const refusal = async (body: object) => issuesOf(await call('POST', `/${id}/replay`, body));
    const beyond = String(Number(cursor) + 1);
    expect(await refusal({})).toEqual(['after: is required']);
    expect(await refusal({ after: 'x' })).toEqual(['after: is not a cursor of this log: "x"']);
    expect(await refusal({ after: '0', until: beyond })).toEqual([
      `until: is beyond the newest event of the log, "${cursor}": "${beyond}"`,
    ]);
    expect(await refusal({ after: '2', until: '2' })).toEqual(['after: must be before `until`, "2": "2"']);
    expect(await refusal({ after: cursor })).toEqual([
      `after: must be before the cursor of the webhook endpoint, "${cursor}", because later events are delivered anyway: "${cursor}"`,
    ]);
    expect(await refusal({ after: '0', from: '1' })).toEqual(['from: is not a recognised parameter']);
  });
});

describe('access', () => {
  it.each(REST_OPERATIONS)('%s %s requires webhooks:manage', async (method, path, body) => {
    for (const who of ['reader', 'writer'] as const) {
      const { status, headers, body: refused } = await call(method, path.replace(':id', UNKNOWN), body, who);
      expect([status, refused.code]).toEqual([403, 'FORBIDDEN']);
      expect(refused.detail).toBe('This token lacks the scope webhooks:manage.');
      expect(headers.get('www-authenticate')).toContain('scope="webhooks:manage"');
    }
    expect((await call(method, path.replace(':id', UNKNOWN), body, null)).status).toBe(401);
  });

  it('another account finds neither an endpoint nor its deliveries, and changes nothing', async () => {
    const { id, secret } = await createEndpoint(gateway);
    for (const [method, path, body] of REST_OPERATIONS.filter(([, path]) => path !== '')) {
      const { status, body: refused } = await call(method, path.replace(':id', id), body, 'bob');
      expect([status, refused.code], `${method} ${path}`).toEqual([404, 'NOT_FOUND']);
      expect(JSON.stringify(refused)).not.toContain(secret);
    }
    const { body } = await call('GET', '', undefined, 'bob');
    expect(body.data.map((each: Json) => each.id)).not.toContain(id);
    expect((await call('GET', `/${id}`)).body).toMatchObject({ status: 'enabled', replay: null });
  });
});

describe('preconditions', () => {
  const conditional = (method: string, path: string, headers: Record<string, string>, body?: object) =>
    restAt(gateway, COLLECTION + path, { method, headers, ...(body && { body }) });

  it('only `*` matches an endpoint, which has no entity tag', async () => {
    const { id } = await createEndpoint(gateway);
    const statusOf = async (method: string, headers: Record<string, string>, body?: object) =>
      (await conditional(method, `/${id}`, headers, body)).status;
    expect(await statusOf('GET', { 'if-none-match': '*' })).toBe(304);
    expect(await statusOf('GET', { 'if-match': '"1"' })).toBe(412);
    expect(await statusOf('PATCH', { 'if-match': '"1"' }, { status: 'disabled' })).toBe(412);
    expect(await statusOf('DELETE', { 'if-none-match': '*' })).toBe(412);
    expect((await call('GET', `/${id}`)).body.status).toBe('enabled');
    expect(await statusOf('DELETE', { 'if-match': '*' })).toBe(204);
    expect(await statusOf('DELETE', { 'if-match': '"1"' })).toBe(404);
  });

  it('a create that fails without them fails in the same way', async () => {
    const headers = { 'if-none-match': '*' };
    expect((await conditional('POST', '', headers, {})).status).toBe(400);
    expect((await conditional('POST', '', headers, { url: newUrl() })).status).toBe(412);
  });
});
