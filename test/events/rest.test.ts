import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { EVENT_TYPE_NAMES } from '../../src/rest/event-types.ts';
import { type Json, rest, restAt } from '../client.ts';
import { draft, testGateway, type Who } from '../harness.ts';

const gateway = testGateway();
const EVENTS = '/v1/events';
const TYPES = EVENT_TYPE_NAMES.join(', ');
const ABSENT = 'zzzzzzzzzzzzzzzz';

const create = async (given: object = {}, as: Who = 'ada', requestId = 'creating'): Promise<Json> =>
  (
    await rest(gateway, '', {
      method: 'POST',
      body: { ...draft(), ...given },
      as,
      headers: { 'x-request-id': requestId },
    })
  ).body;
const update = (id: string, body: object) => rest(gateway, `/${id}`, { method: 'PUT', body });
const remove = (id: string) => rest(gateway, `/${id}`, { method: 'DELETE' });
const read = async (query = '', as: Who = 'ada'): Promise<Json> =>
  (await restAt(gateway, `${EVENTS}${query}`, { as })).body;
const headOf = async (as: Who = 'ada') =>
  (await rest(gateway, '?limit=1', { as })).headers.get('event-cursor');
const cursorsIn = ({ data }: Json): number[] => data.map(({ cursor }: Json) => Number(cursor));
const typesIn = ({ data }: Json): string[] => data.map(({ type }: Json) => type);

/** Events of three segments: one that was updated, one that was deleted, and one of another account. */
/** Seconds since 1970. */
let began = 0;
let kept: Json;
let deleted: Json;
let foreign: Json;

beforeAll(async () => {
  began = Date.now() / 1000;
  kept = await create({ name: 'kept' }, 'ada', 'request-1');
  deleted = await create({ name: 'deleted' });
  await update(kept.id, { criteria: 'other criteria' });
  await update(deleted.id, { name: 'secret' });
  await remove(deleted.id);
  foreign = await create({ name: 'foreign' }, 'bob');
});

describe('GET /v1/events', () => {
  it('returns the events of the account, oldest first and without gaps', async () => {
    const log = await read();
    expect(cursorsIn(log)).toEqual([1, 2, 3, 4, 5]);
    expect(log.data.map(({ previous_cursor }: Json) => previous_cursor)).toEqual(['0', '1', '2', '3', '4']);
    expect(typesIn(log)).toEqual(
      ['created', 'created', 'updated', 'updated', 'deleted'].map((what) => `customer_segment.${what}`),
    );
    expect(log.data.map(({ segment_id }: Json) => segment_id)).toEqual(
      [kept, deleted, kept, deleted, deleted].map(({ id }) => id),
    );
  });

  it('returns the documented properties in the documented order', async () => {
    const log = await read();
    expect(Object.keys(log)).toEqual(['has_more', 'data', 'next']);
    const [created, , updated] = log.data;
    const now = Date.now() / 1000;
    expect(created).toEqual({
      id: expect.stringMatching(/^evt_\w{25}$/),
      type: 'customer_segment.created',
      created_at: expect.any(Number),
      cursor: '1',
      previous_cursor: '0',
      segment_id: kept.id,
      version: 1,
      segment: kept,
      changes: {},
      actor: { kind: 'TOKEN', id: expect.any(String), name: 'ada' },
      request_id: 'request-1',
    });
    expect(created.created_at).toBeGreaterThanOrEqual(Math.floor(began));
    expect(created.created_at).toBeLessThanOrEqual(now);
    const names =
      'id type created_at cursor previous_cursor segment_id version segment changes actor request_id';
    for (const event of log.data) expect(Object.keys(event)).toEqual(names.split(' '));
    expect(Object.keys(created.segment)).toEqual(Object.keys(kept));
    expect(Object.keys(created.actor)).toEqual(['kind', 'id', 'name']);
    expect(updated).toMatchObject({
      version: 2,
      segment: { ...kept, criteria: 'other criteria', updated_at: expect.any(Number) },
    });
    expect(updated.changes).toEqual({ criteria: { before: kept.criteria, after: 'other criteria' } });
    expect(Object.keys(updated.changes.criteria)).toEqual(['before', 'after']);
  });

  it('shows no contents in any event of a deleted segment', async () => {
    const { data } = await read(`?segment=${deleted.id}`);
    expect(data.map(({ version }: Json) => version)).toEqual([1, 2, 3]);
    for (const event of data) expect(event).toMatchObject({ segment: null, changes: {} });
    expect(JSON.stringify(data)).not.toMatch(/secret|"deleted"/);
  });

  it('shows who changed a segment without the gateway', async () => {
    const { id } = await create({}, 'bob');
    await gateway.database.execute(sql`update segments set name = 'by hand' where id = ${id}`);
    const { data } = await read(`?segment=${id}&type=customer_segment.updated`, 'bob');
    expect(data).toMatchObject([
      {
        changes: { name: { before: draft().name, after: 'by hand' } },
        actor: { kind: 'DATABASE', id: null, name: null },
        request_id: expect.stringMatching(/^transaction-\d+$/),
      },
    ]);
  });
});

describe('limit, has_more and next', () => {
  it('walk through the whole log, each event once', async () => {
    const seen: number[] = [];
    let page = await read('?limit=2');
    for (; ; page = await read(`?limit=2&after=${page.next}`)) {
      seen.push(...cursorsIn(page));
      if (!page.has_more) break;
      expect(page.data).toHaveLength(2);
      expect(page.next).toBe(page.data[1].cursor);
    }
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    expect(page.next).toBe('5');
  });

  it('return ten events by default, and up to a hundred', async () => {
    for (let i = 0; i < 11; i++) await create({}, 'bob');
    const page = await read('', 'bob');
    expect([page.data.length, page.has_more]).toEqual([10, true]);
    expect((await read('?limit=100', 'bob')).has_more).toBe(false);
  });

  it('continue from the end of the log', async () => {
    const head = await headOf();
    expect(await read(`?after=${head}`)).toEqual({ has_more: false, data: [], next: head });
  });

  it('continue behind events that the filter excludes, once all of them were read', async () => {
    const page = await read(`?request_id=request-1`);
    expect([cursorsIn(page), page.next]).toEqual([[1], '5']);
    const some = await read('?type=customer_segment.created&limit=1');
    expect([cursorsIn(some), some.has_more, some.next]).toEqual([[1], true, '1']);
  });
});

describe('A filter', () => {
  it.each([
    ['type=customer_segment.created', [1, 2]],
    ['type=customer_segment.updated', [3, 4]],
    ['type=customer_segment.deleted', [5]],
    ['type=customer_segment.deleted&type=customer_segment.created', [1, 2, 5]],
    ['type=customer_segment.deleted&type=customer_segment.deleted', [5]],
    [EVENT_TYPE_NAMES.map((name) => `type=${name}`).join('&'), [1, 2, 3, 4, 5]],
    ['type=customer%5Fsegment.deleted', [5]],
    ['after=3&type=customer_segment.created', []],
    ['after=1&type=customer_segment.created', [2]],
    ['request_id=request-1', [1]],
    ['request_id=', []],
    ['request_id=request-1&type=customer_segment.updated', []],
    [`segment=${ABSENT}`, []],
    ['segment=', []],
  ])('by %s selects events', async (query, cursors) => {
    expect(cursorsIn(await read(`?${query}`))).toEqual(cursors);
  });

  it('by segment selects its events, in combination with others', async () => {
    expect(cursorsIn(await read(`?segment=${kept.id}`))).toEqual([1, 3]);
    expect(cursorsIn(await read(`?segment=${kept.id}&type=customer_segment.updated&after=2`))).toEqual([3]);
    expect(cursorsIn(await read(`?segment=${kept.id}&request_id=request-1`))).toEqual([1]);
  });
});

const size = 'must be a whole number from 1 to 100, not';
const PAGE: [query: string, param: string, message: string][] = [
  ['limit=0', 'limit', `${size} 0`],
  ['limit=101', 'limit', `${size} 101`],
  ['limit=all', 'limit', `${size} "all"`],
  ['limit=1&limit=2', 'limit', 'must not be given more than once'],
  ['after=', 'after', 'must not be empty: omit it or pass null if there is no cursor'],
  ['after=nope', 'after', 'is not a cursor of this log: "nope"'],
  ['after=-1', 'after', 'is not a cursor of this log: "-1"'],
  ['after=01', 'after', 'is not a cursor of this log: "01"'],
  ['after=1e3', 'after', 'is not a cursor of this log: "1e3"'],
  ['after=9007199254740993', 'after', 'is not a cursor of this log: "9007199254740993"'],
  ['after=999', 'after', 'is beyond the newest event of the log, "5": "999"'],
  ['after=1&after=2', 'after', 'must not be given more than once'],
  ['type=', 'type', `must be one of ${TYPES}, not ""`],
  ['type=created', 'type', `must be one of ${TYPES}, not "created"`],
  ['type=SEGMENT_CREATED', 'type', `must be one of ${TYPES}, not "SEGMENT_CREATED"`],
  ['type=customer_segment.created&type=x', 'type', `must be one of ${TYPES}, not "x"`],
  ['type=__proto__', 'type', `must be one of ${TYPES}, not "__proto__"`],
  ['type[]=customer_segment.created', 'type[]', 'is not a recognised parameter'],
  ['request_id=%00', 'request_id', 'must not contain the character U+0000'],
  [`request_id=${'x'.repeat(256)}`, 'request_id', 'must have 0 to 255 characters, not 256'],
  ['request_id=a&request_id=b', 'request_id', 'must not be given more than once'],
  ['typ=x', 'typ', 'is not a recognised parameter'],
  ['first=5', 'first', 'is not a recognised parameter'],
  ['last=5', 'last', 'is not a recognised parameter'],
  ['before=5', 'before', 'is not a recognised parameter'],
  ['filter=x', 'filter', 'is not a recognised parameter'],
  ['events=x', 'events', 'is not a recognised parameter'],
  ['requestId=x', 'requestId', 'is not a recognised parameter'],
  ['__proto__=x', '__proto__', 'is not a recognised parameter'],
];

/** Expects a request to be refused for one parameter. */
async function expectRefused(path: string, param: string, message: string): Promise<void> {
  const { status, body } = await restAt(gateway, path);
  expect({ status, code: body.code, errors: body.errors }).toEqual({
    status: 400,
    code: 'INVALID_INPUT',
    errors: [{ param, message }],
  });
}

describe('A parameter that is wrong', () => {
  it.each([
    ...PAGE,
    ['segment=%00', 'segment', 'must not contain the character U+0000'],
    [`segment=${'x'.repeat(256)}`, 'segment', 'must have 0 to 255 characters, not 256'],
    ['segment=a&segment=b', 'segment', 'must not be given more than once'],
  ])('is refused with the reason: GET /v1/events?%s', async (query, param, message) => {
    await expectRefused(`${EVENTS}?${query}`, param, message);
  });

  it.each([...PAGE, ['segment=x', 'segment', 'is not a recognised parameter']])(
    'is refused with the reason: GET /v1/customer-segments/{id}/events?%s',
    async (query, param, message) => {
      await expectRefused(`/v1/customer-segments/${kept.id}/events?${query}`, param, message);
    },
  );

  it('is refused together with others', async () => {
    const { errors } = await read('?limit=0&segment=%00&request_id=%00&other=1');
    const params = errors.map(({ param }: Json) => param);
    expect(params.toSorted()).toEqual(['limit', 'other', 'request_id', 'segment']);
  });
});

describe('A cursor whose following events are no longer kept', () => {
  const prune = (to: number) =>
    gateway.database.execute(sql`update event_heads set pruned_to = ${to} where account_id = 'ada'`);

  it('is refused with CURSOR_EXPIRED, and without a cursor the log begins at the oldest event', async () => {
    await prune(2);
    try {
      for (const path of [EVENTS, `/v1/customer-segments/${kept.id}/events`]) {
        const { status, body } = await restAt(gateway, `${path}?after=1`);
        expect([status, body.code]).toEqual([410, 'CURSOR_EXPIRED']);
        expect(body.detail).toContain('after: "1" has expired: the oldest cursor of this log is "2".');
      }
      expect(cursorsIn(await read())).toEqual([3, 4, 5]);
      expect(cursorsIn(await read('?after=2'))).toEqual([3, 4, 5]);
      await prune(5);
      expect(await read()).toEqual({ has_more: false, data: [], next: '5' });
    } finally {
      await prune(0);
    }
  });

  it('does not make a segment unknown, and neither do events that were written before there was a log', async () => {
    await prune(5);
    try {
      const path = `/v1/customer-segments/${kept.id}/events`;
      expect((await restAt(gateway, path)).body).toEqual({ has_more: false, data: [], next: '5' });
      expect((await restAt(gateway, `/v1/customer-segments/${deleted.id}/events`)).status).toBe(404);
    } finally {
      await prune(0);
    }
  });
});

describe('GET /v1/events/{id}', () => {
  it('returns the event', async () => {
    for (const event of (await read()).data) {
      const { status, body } = await restAt(gateway, `${EVENTS}/${event.id}`);
      expect([status, body]).toEqual([200, event]);
    }
  });

  it.each([ABSENT, '1', 'evt_', `evt_000000001${ABSENT}`, `evt_000000009${ABSENT}`, '%00', '__proto__'])(
    'returns 404 for %s',
    async (id) => {
      const { status, body } = await restAt(gateway, `${EVENTS}/${id}`);
      expect([status, body.code]).toEqual([404, 'NOT_FOUND']);
      expect(body.detail).toMatch(/^There is no event "/);
    },
  );

  it('refuses parameters', () =>
    expectRefused(`${EVENTS}/x?limit=1`, 'limit', 'is not a recognised parameter'));
  it('refuses an id that is not UTF-8', () =>
    expectRefused(`${EVENTS}/%ff`, 'id', 'must be percent-encoded UTF-8'));
});

describe('GET /v1/customer-segments/{id}/events', () => {
  const of = (id: string, query = '') => restAt(gateway, `/v1/customer-segments/${id}/events${query}`);

  it('returns the events of the segment, like the log with a filter', async () => {
    const { status, body } = await of(kept.id);
    expect([status, body]).toEqual([200, await read(`?segment=${kept.id}`)]);
    expect(cursorsIn((await of(kept.id, '?limit=1')).body)).toEqual([1]);
    expect(cursorsIn((await of(kept.id, '?after=1&type=customer_segment.updated')).body)).toEqual([3]);
  });

  it('returns the events of a deleted segment', async () => {
    expect(cursorsIn((await of(deleted.id)).body)).toEqual([2, 4, 5]);
  });

  it('returns an empty list if the filter or the cursor excludes all events', async () => {
    const head = await headOf();
    for (const id of [kept.id, deleted.id]) {
      const empty = { has_more: false, data: [], next: head };
      expect((await of(id, `?after=${head}`)).body).toEqual(empty);
      expect((await of(id, '?request_id=none')).body).toEqual(empty);
    }
  });

  it.each([ABSENT, 'nope', '%00', '%F0%9F%98%80', "'%20or%201=1--", 'a%2Fb', '__proto__', ':id'])(
    'returns 404 for the unknown segment %s',
    async (id) => {
      const { status, body } = await of(id);
      expect([status, body.code]).toEqual([404, 'NOT_FOUND']);
      expect(body.detail).toMatch(/^There is no segment "/);
    },
  );

  it('refuses an id that is not UTF-8', () =>
    expectRefused('/v1/customer-segments/%ff/events', 'id', 'must be percent-encoded UTF-8'));
});

describe('Another account', () => {
  it('sees only its own events, by any cursor and filter', async () => {
    const all = await read('?limit=100', 'bob');
    expect(all.data[0]).toMatchObject({ cursor: '1', segment_id: foreign.id });
    const ids = all.data.map(({ segment_id }: Json) => segment_id);
    for (const { id } of [kept, deleted]) expect(ids).not.toContain(id);
    expect((await read('?after=1', 'bob')).data[0].cursor).toBe('2');
    expect((await read(`?segment=${kept.id}`, 'bob')).data).toEqual([]);
    expect((await read('?request_id=request-1', 'bob')).data).toEqual([]);
  });

  it('gets the same answer for an event or a segment of this account as for none', async () => {
    const [event] = (await read()).data;
    const paths = [
      `${EVENTS}/${event.id}`,
      ...[kept, deleted].map(({ id }) => `/v1/customer-segments/${id}/events`),
    ];
    for (const path of paths) {
      const { status, body } = await restAt(gateway, path, { as: 'bob' });
      const none = await restAt(gateway, path.replace(/\w{16}(?=$|\/events)/, ABSENT), { as: 'bob' });
      expect([status, body.code]).toEqual([404, 'NOT_FOUND']);
      expect([none.status, none.body.title]).toEqual([status, body.title]);
    }
  });
});

describe('A token', () => {
  const paths = () => [EVENTS, `${EVENTS}/x`, `/v1/customer-segments/${kept.id}/events`];

  it('needs the scope segments:read', async () => {
    for (const path of paths()) {
      const { status, headers, body } = await restAt(gateway, path, { as: 'writer' });
      expect([status, body.code]).toEqual([403, 'FORBIDDEN']);
      expect(headers.get('www-authenticate')).toContain('scope="segments:read"');
    }
    expect((await restAt(gateway, EVENTS, { as: 'reader' })).status).toBe(200);
  });

  it('is required', async () => {
    for (const path of paths()) expect((await restAt(gateway, path, { as: null })).status).toBe(401);
  });
});

describe('Methods and preconditions', () => {
  const paths = async () => {
    const [event] = (await read()).data;
    return [EVENTS, `${EVENTS}/${event.id}`, `/v1/customer-segments/${kept.id}/events`];
  };

  it('are those of other resources: HEAD, OPTIONS and 405', async () => {
    for (const path of await paths()) {
      const { status, headers, body } = await restAt(gateway, path, { method: 'HEAD' });
      expect([status, body]).toEqual([200, '']);
      const got = await restAt(gateway, path);
      expect(headers.get('content-length')).toBe(`${Buffer.byteLength(JSON.stringify(got.body))}`);
      const options = await restAt(gateway, path, { method: 'OPTIONS' });
      expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD']);
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
        const refused = await restAt(gateway, path, { method });
        expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
      }
    }
  });

  it('are evaluated for resources without an entity tag: only * matches', async () => {
    for (const path of await paths()) {
      const send = async (headers: Record<string, string>) =>
        (await restAt(gateway, path, { headers })).status;
      expect(await send({ 'if-match': '*' })).toBe(200);
      expect(await send({ 'if-match': '"1"' })).toBe(412);
      expect(await send({ 'if-none-match': '"1"' })).toBe(200);
      expect(await send({ 'if-none-match': '*' })).toBe(304);
    }
  });

  it.each([
    '/v1/events/',
    '/v1/events/x/y',
    '/v1/events/x/events',
    '/v1/customer-segments//events',
    '/v1/customer-segments/x/events/',
    '/v1/customer-segments/x/events/y',
    '/v1/:id',
    '/:id',
    '/v1',
    '/v1/',
  ])('are answered with 404 at %s', async (path) => expect((await restAt(gateway, path)).status).toBe(404));
});

describe('Event-Cursor', () => {
  it('is the newest event of the account on each list of segments', async () => {
    const { next } = await read('?limit=100', 'bob');
    for (const query of [
      '',
      '?limit=1',
      '?limit=100',
      '?name=nobody',
      '?criteria=nothing',
      '?name=foreign&criteria=nothing',
      `?starting_after=${foreign.id}`,
      `?ending_before=${foreign.id}&name=foreign`,
    ]) {
      const { status, headers } = await rest(gateway, query, { as: 'bob' });
      expect([status, headers.get('event-cursor')]).toEqual([200, next]);
    }
  });

  it('is on no other answer', async () => {
    const answers = [
      await rest(gateway, `/${kept.id}`),
      await restAt(gateway, EVENTS),
      await rest(gateway, '?limit=0'),
    ];
    for (const { headers } of answers) expect(headers.has('event-cursor')).toBe(false);
  });

  it('is exact: what follows it is what the list does not show', async () => {
    const { headers, body } = await rest(gateway, '?limit=100');
    const ids = new Set(body.data.map(({ id }: Json) => id));
    const created = await create({ name: 'between' });
    await update(created.id, { name: 'renamed' });
    const { data } = await read(`?after=${headers.get('event-cursor')}`);
    expect(data.map(({ type, segment_id }: Json) => [type, segment_id])).toEqual([
      ['customer_segment.created', created.id],
      ['customer_segment.updated', created.id],
    ]);
    expect(ids.has(created.id)).toBe(false);
  });

  it('is exact while segments are created: the list and the events after it have each once', async () => {
    const writes = Promise.all(Array.from({ length: 40 }, (_, i) => create({ name: `concurrent ${i}` })));
    const lists = [];
    for (let i = 0; i < 10; i++) lists.push(await rest(gateway, '?limit=100'));
    const made = (await writes).map(({ id }) => id);
    for (const { headers, body } of lists) {
      const after = await read(`?limit=100&after=${headers.get('event-cursor')}`);
      const listed = body.data.map(({ id }: Json) => id).filter((id: string) => made.includes(id));
      const followed = after.data.map(({ segment_id }: Json) => segment_id);
      expect([...listed, ...followed].toSorted()).toEqual(made.toSorted());
    }
  });

  it('is that of the caller, if lists of several accounts are read in one statement', async () => {
    const heads = { ada: await headOf(), bob: await headOf('bob') };
    const callers = Array.from({ length: 20 }, (_, i) => (i % 2 ? ('ada' as const) : ('bob' as const)));
    const queries = ['', '?name=nobody', '?limit=1'];
    const calls = callers.flatMap((as) => queries.map((query) => ({ as, query })));
    const answers = await Promise.all(calls.map(({ as, query }) => rest(gateway, query, { as })));
    for (const [i, { headers, body }] of answers.entries()) {
      const { as = 'ada', query = '' } = calls[i] ?? {};
      expect(headers.get('event-cursor')).toBe(heads[as]);
      if (query === '?name=nobody') expect(body.data).toEqual([]);
      if (query === '?limit=1') expect(body.data).toHaveLength(1);
    }
  });

  it('is "0" if the account has no events, and the list is read with one statement', async () => {
    const accountId = 'nobody';
    const { token } = await gateway.tokens.create({
      accountId,
      name: 'n',
      scopes: ['segments:read'],
      expiresAt: null,
    });
    const headers = { authorization: `Bearer ${token}` };
    await rest(gateway, '', { headers }); // so that the token is cached
    gateway.statements.length = 0;
    const answer = await rest(gateway, '', { headers });
    expect([answer.body.data, answer.headers.get('event-cursor')]).toEqual([[], '0']);
    expect(gateway.statements).toHaveLength(1);
  });
});
