import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { forgetIdempotencyKeys } from '../../src/idempotency/forget.ts';
import { deleteSegment, updateSegment } from '../../src/segments/resolvers.ts';
import { WRITABLE } from '../../src/segments/segment.ts';
import { draftDigest } from '../../src/segments/store/create-once.ts';
import { type Answered, graphql, rest } from '../client.ts';
import { draft, secondGateway, testGateway, type Who } from '../harness.ts';

const gateway = testGateway();
const post = (key: string | undefined, body: object = draft(), as: Who = 'ada'): Promise<Answered> =>
  rest(gateway, '', {
    method: 'POST',
    body,
    as,
    ...(key !== undefined && { headers: { 'idempotency-key': key } }),
  });
const CREATE = `mutation ($input: CreateSegmentInput!) { createSegment(input: $input) {
  ... on CreateSegmentPayload { segment { id version createdAt } }
  ... on SegmentIdempotencyKeyReused { message } ... on SegmentInvalidInput { issues { param } } } }`;
const mutate = async (input: object) => (await graphql(gateway, CREATE, { input })).body.data.createSegment;
const query = async (text: string, values: unknown[] = []) =>
  (await gateway.database.$client.query(text, values)).rows;
const countOf = async (name: string) => (await query('select from segments where name = $1', [name])).length;
const isReplay = ({ headers }: Answered) => headers.get('idempotent-replayed');

/** Sends a request until it is answered. A slow machine may refuse it, because the key is in use for too long (409), or with 503. */
async function answered(send: () => Promise<Answered>): Promise<Answered> {
  const answer = await send();
  return [409, 503].includes(answer.status) ? answered(send) : answer;
}

describe('Idempotency-Key', () => {
  it('replays the first response to the same request, and creates nothing', async () => {
    const [key, name] = [randomUUID(), randomUUID()];
    const first = await post(key, draft({ name }));
    const second = await post(key, draft({ name }));
    expect([first.status, isReplay(first)]).toEqual([201, null]);
    expect([second.status, isReplay(second)]).toEqual([201, 'true']);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    expect(await countOf(name)).toBe(1);
  });

  it('replays it even if the segment was changed or deleted', async () => {
    const key = randomUUID();
    const { body } = await post(key);
    await updateSegment({ id: body.id, name: 'changed' }, gateway.context());
    expect((await post(key)).body).toEqual(body);
    await deleteSegment({ id: body.id }, gateway.context());
    expect((await post(key)).body).toEqual(body);
  });

  it('is refused with a different request', async () => {
    const key = randomUUID();
    await post(key, draft({ name: 'one' }));
    const { status, body } = await post(key, draft({ name: 'other' }));
    expect([status, body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  it('belongs to one account', async () => {
    const key = randomUUID();
    const [ada, bob] = [await post(key), await post(key, draft({ name: 'other' }), 'bob')];
    expect([ada.status, bob.status, isReplay(bob)]).toEqual([201, 201, null]);
    expect(bob.body.id).not.toBe(ada.body.id);
  });

  it('creates one segment for twenty requests at once', async () => {
    const [key, name] = [randomUUID(), randomUUID()];
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => answered(() => post(key, draft({ name })))),
    );
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.filter((answer) => isReplay(answer) === null)).toHaveLength(1);
    expect(await countOf(name)).toBe(1);
  });

  it('creates one segment for twenty requests to two gateways', async () => {
    const [key, name] = [randomUUID(), randomUUID()];
    const other = await secondGateway(gateway, { poolSize: 5 });
    const gateways = [gateway, { ...gateway, url: other.url }];
    const sent = { method: 'POST', body: draft({ name }), headers: { 'idempotency-key': key } };
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => answered(() => rest(gateways[i % 2] ?? gateway, '', sent))),
    );
    await other.stop();
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(await countOf(name)).toBe(1);
  });

  it('is in use while another process creates a segment with it, and others succeed meanwhile', async () => {
    const key = randomUUID();
    const client = new pg.Client(gateway.database.$client.options.connectionString);
    await client.connect();
    await client.query('begin');
    await client.query(`insert into idempotency_keys values ('ada', $1, 'x', 'x')`, [key]);
    const [held, neighbour] = await Promise.all([post(key), post(randomUUID(), draft(), 'bob')]);
    await client.query('rollback');
    await client.end();
    expect([held.status, held.body.code, held.headers.get('retry-after')]).toEqual([
      409,
      'IDEMPOTENCY_KEY_IN_USE',
      '1',
    ]);
    expect(neighbour.status).toBe(201);
    expect([(await post(key)).status, isReplay(await post(key))]).toEqual([201, 'true']);
  });

  it('is not used up by a request that is refused', async () => {
    const key = randomUUID();
    expect((await post(key, draft({ name: '' }))).status).toBe(400);
    expect((await post(key)).status).toBe(201);
  });

  it('can be used again after 24 hours, when it is also forgotten', async () => {
    const [key, other] = [randomUUID(), randomUUID()];
    const [{ body }] = [await post(key), await post(other)];
    await query(`update idempotency_keys set created_at = now() - interval '24 hours 1 second'`);
    const again = await post(key, draft({ name: 'another request' }));
    expect([again.status, isReplay(again)]).toEqual([201, null]);
    expect(again.body.id).not.toBe(body.id);
    await forgetIdempotencyKeys(gateway.database)();
    expect(await query('select key from idempotency_keys')).toEqual([{ key }]);
  });

  it.each(['', ' ', 'a b', 'ä', 'x'.repeat(256)])('cannot be %j', async (key) => {
    const { status, body } = await post(key);
    expect([status, body.errors]).toEqual([
      400,
      [{ param: 'Idempotency-Key', message: 'must have 1 to 255 visible ASCII characters' }],
    ]);
  });

  it('may be in quotation marks, as a string of structured fields', async () => {
    const key = randomUUID();
    await post(key);
    expect(isReplay(await post(`"${key}"`))).toBe('true');
  });

  it.each([';v=1', '; v=1;w', ';a="x;y";b=?1;c=:aGk=:'])(
    'is the same key with the parameters %s',
    async (parameters) => {
      const key = randomUUID();
      await post(key);
      expect(isReplay(await post(`"${key}"${parameters}`))).toBe('true');
    },
  );

  it('may contain quotation marks, escaped as in a string of structured fields', async () => {
    const key = randomUUID();
    await post(`"${key}\\"\\\\"`);
    expect(isReplay(await post(`${key}"\\`))).toBe('true');
  });

  it.each(['"a', '"a"b', '"a";', '"a";B=1', '"a\\b"', '"a", "b"', '"a","b"', '"', '"ä"'])(
    'cannot be the malformed string %s',
    async (key) => {
      const { status, body } = await post(key);
      expect([status, body.errors]).toMatchObject([400, [{ param: 'Idempotency-Key' }]]);
    },
  );

  it('is ignored by requests that create nothing', async () => {
    expect((await rest(gateway, '', { headers: { 'idempotency-key': ' ' } })).status).toBe(200);
  });
});

describe('idempotencyKey of createSegment', () => {
  it('works like the header, and shares its keys with REST', async () => {
    const idempotencyKey = randomUUID();
    const first = await mutate({ ...draft(), idempotencyKey });
    expect(await mutate({ ...draft(), idempotencyKey })).toEqual(first);
    const overRest = await post(idempotencyKey);
    expect([overRest.body.id, isReplay(overRest)]).toEqual([first.segment.id, 'true']);
    expect(await mutate({ ...draft({ name: 'other' }), idempotencyKey })).toEqual({
      message: 'This idempotency key was already used for a different request. Use a new key.',
    });
    expect(await mutate({ ...draft(), idempotencyKey: '' })).toEqual({
      issues: [{ param: 'idempotencyKey' }],
    });
  });

  it('creates one segment for two mutations in one request', async () => {
    const [idempotencyKey, name] = [randomUUID(), randomUUID()];
    const text = `mutation ($input: CreateSegmentInput!) {
      a: createSegment(input: $input) { ... on CreateSegmentPayload { segment { id } } }
      b: createSegment(input: $input) { ... on CreateSegmentPayload { segment { id } } } }`;
    const { body } = await graphql(gateway, text, { input: { ...draft({ name }), idempotencyKey } });
    expect(body.data.a).toEqual(body.data.b);
    expect(await countOf(name)).toBe(1);
  });
});

describe('the digest of a creation', () => {
  const given = { name: 'n', criteria: 'c', description: 'd' };

  it('is that of earlier versions, so that a key is known after an upgrade', () => {
    expect(draftDigest(given)).toBe('33bec0b1f82944be8aa5e276732234f615d1c413a363c1065d51552eda5c8ba7');
  });

  it.each(WRITABLE)('depends on the %s', (property) => {
    expect(draftDigest({ ...given, [property]: 'other' })).not.toBe(draftDigest(given));
  });
});
