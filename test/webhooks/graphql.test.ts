import { describe, expect, it } from 'vitest';
import { createSegment } from '../../src/segments/resolvers.ts';
import { graphql, type Json } from '../client.ts';
import { draft, testGateway, type Who } from '../harness.ts';
import { attempt, createEndpoint, MUTATIONS, mutate, newUrl } from './calls.ts';

const gateway = testGateway();

const FIELDS = `id url types status ordering cursor lag lastError { statusCode error responseBody succeeded }
  nextAttemptAt createdAt previousSecretExpiresAt replay { after until }`;
const UNKNOWN = 'whe_0000000000000000000000';

const find = async (id: string, as?: Who): Promise<Json> =>
  (await graphql(gateway, `query ($id: ID!) { segmentWebhook(id: $id) { ${FIELDS} } }`, { id }, { as })).body;
const create = (input: object, as?: Who) =>
  mutate(gateway, ['createSegmentWebhook', input, `webhook { ${FIELDS} } secret`], as);
const update = (input: object) => mutate(gateway, ['updateSegmentWebhook', input, `webhook { ${FIELDS} }`]);

describe('createSegmentWebhook', () => {
  it('returns the endpoint and its secret', async () => {
    const url = newUrl();
    const { webhook, secret } = await create({ url });
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(webhook).toEqual({
      id: expect.stringMatching(/^whe_[0-9A-Za-z]{22}$/),
      url,
      types: null,
      status: 'ENABLED',
      ordering: 'LOG',
      cursor: expect.stringMatching(/^\d+$/),
      lag: 0,
      lastError: null,
      nextAttemptAt: null,
      createdAt: expect.stringMatching(/Z$/),
      previousSecretExpiresAt: null,
      replay: null,
    });
    expect((await find(webhook.id)).data.segmentWebhook).toEqual(webhook);
  });

  it('takes types', async () => {
    const types = ['SEGMENT_CREATED', 'SEGMENT_MEMBERS_ADDED'];
    expect((await create({ url: newUrl(), types })).webhook.types).toEqual(types);
    expect((await create({ url: newUrl(), types: null })).webhook.types).toBeNull();
  });

  it('returns refusals as data', async () => {
    const { url, id } = await createEndpoint(gateway);
    const taken = `is already the URL of the webhook endpoint ${id}`;
    expect(await create({ url })).toEqual({
      __typename: 'SegmentInvalidInput',
      message: `url: ${taken}.`,
      issues: [{ param: 'url', message: taken }],
    });
    const none = 'must have at least one type: omit it, or pass null, for all';
    expect((await create({ url: newUrl(), types: [] })).issues).toEqual([{ param: 'types', message: none }]);
  });

  it('returns the limit of an account that is full', async () => {
    for (let i = 0; i < 100; i++) await createEndpoint(gateway, {}, 'bob');
    expect(await create({ url: newUrl() }, 'bob')).toEqual({
      __typename: 'SegmentWebhookQuotaExceeded',
      message: 'This account is limited to 100 webhook endpoints. Delete some before you create others.',
      limit: 100,
    });
  });
});

describe('segmentWebhooks', () => {
  it('returns all endpoints of the account, oldest first', async () => {
    const made = [await createEndpoint(gateway), await createEndpoint(gateway)].map(({ id }) => id);
    const { body } = await graphql(gateway, '{ segmentWebhooks { id } }');
    expect(body.data.segmentWebhooks.map(({ id }: Json) => id).slice(-2)).toEqual(made);
  });

  it('shows the last failed attempt and the next one', async () => {
    const { id } = await createEndpoint(gateway);
    const lastError = JSON.stringify(attempt({ status: 503, body: 'busy' }));
    await gateway.database.$client.query(
      `update webhook_endpoints set is_failing = true, failures = 3, last_error = $2, next_attempt_at = '2030-01-02T03:04:05Z' where id = $1`,
      [id, lastError],
    );
    expect((await find(id)).data.segmentWebhook).toMatchObject({
      status: 'FAILING',
      lastError: { statusCode: 503, error: null, responseBody: 'busy', succeeded: false },
      nextAttemptAt: '2030-01-02T03:04:05.000Z',
    });
  });
});

describe('updateSegmentWebhook', () => {
  it('changes the given fields', async () => {
    const { id } = await createEndpoint(gateway, { types: ['customer_segment.created'] });
    const url = newUrl();
    expect((await update({ id, url })).webhook).toMatchObject({ url, types: ['SEGMENT_CREATED'] });
    expect((await update({ id, types: null })).webhook).toMatchObject({ url, types: null });
    expect((await update({ id, status: 'DISABLED' })).webhook).toMatchObject({ url, status: 'DISABLED' });
    expect((await update({ id, status: 'ENABLED' })).webhook).toMatchObject({ url, status: 'ENABLED' });
  });

  it.each([
    [{}, { param: 'input', message: 'must include at least one of url, types, status' }],
    [{ url: null }, { param: 'url', message: 'must be a string, not null' }],
    [{ status: null }, { param: 'status', message: 'must not be null' }],
    [{ status: 'FAILING' }, { param: 'status', message: 'must be ENABLED or DISABLED, not "FAILING"' }],
  ])('refuses %j', async (input, issue) => {
    const { id } = await createEndpoint(gateway);
    expect((await update({ id, ...input })).issues).toEqual([issue]);
  });
});

it('deleteSegmentWebhook returns the endpoint as it was', async () => {
  const { id, url } = await createEndpoint(gateway);
  const { webhook } = await mutate(gateway, ['deleteSegmentWebhook', { id }, 'webhook { id url }']);
  expect(webhook).toEqual({ id, url });
  expect((await find(id)).data.segmentWebhook).toBeNull();
});

it('rotateSegmentWebhookSecret returns a new secret, and when the previous one ends', async () => {
  const { id, secret } = await createEndpoint(gateway);
  const shown = 'webhook { previousSecretExpiresAt } secret';
  const rotated = await mutate(gateway, ['rotateSegmentWebhookSecret', { id }, shown]);
  expect(rotated.secret).toMatch(/^whsec_/);
  expect(rotated.secret).not.toBe(secret);
  const hours = (Date.parse(rotated.webhook.previousSecretExpiresAt) - Date.now()) / 3_600_000;
  expect(Math.abs(hours - 24)).toBeLessThan(0.5);
});

it('replaySegmentWebhook shows what is delivered again, and refuses a cursor beyond the log', async () => {
  await createSegment(draft(), gateway.context());
  const { id, cursor } = await createEndpoint(gateway);
  await update({ id, status: 'DISABLED' });
  const replay = (input: object) =>
    mutate(gateway, ['replaySegmentWebhook', { id, ...input }, 'webhook { replay { after until } }']);
  expect((await replay({ after: '0' })).webhook.replay).toEqual({ after: '0', until: cursor });
  const beyond = String(Number(cursor) + 1);
  expect((await replay({ after: '0', until: beyond })).issues).toEqual([
    { param: 'until', message: `is beyond the newest event of the log, "${cursor}": "${beyond}"` },
  ]);
});

describe('an unknown endpoint', () => {
  it('is null for a query', async () => {
    expect(await find(UNKNOWN)).toEqual({ data: { segmentWebhook: null } });
  });

  it.each(MUTATIONS)('is SegmentWebhookNotFound for %s', async (field, input, shown) => {
    expect(await mutate(gateway, [field, { id: UNKNOWN, ...input }, shown])).toEqual({
      __typename: 'SegmentWebhookNotFound',
      message: `There is no webhook endpoint "${UNKNOWN}".`,
    });
  });
});

describe('access', () => {
  const CREATE: (typeof MUTATIONS)[number] = ['createSegmentWebhook', { url: newUrl() }, 'secret'];

  it.each([CREATE, ...MUTATIONS])('%s requires webhooks:manage', async (field, input, shown) => {
    const given = field === 'createSegmentWebhook' ? input : { id: UNKNOWN, ...input };
    for (const who of ['reader', 'writer'] as const)
      expect(await mutate(gateway, [field, given, shown], who)).toBe('FORBIDDEN');
  });

  it.each(['segmentWebhooks { id }', `segmentWebhook(id: "${UNKNOWN}") { id }`])(
    '{ %s } requires webhooks:manage',
    async (field) => {
      const { body } = await graphql(gateway, `{ ${field} }`, {}, { as: 'reader' });
      expect(body.errors).toMatchObject([
        { message: 'This token lacks the scope webhooks:manage.', extensions: { code: 'FORBIDDEN' } },
      ]);
    },
  );

  it('another account finds no endpoint, and changes nothing', async () => {
    const { id } = await createEndpoint(gateway);
    const before = await find(id);
    expect((await find(id, 'bob')).data.segmentWebhook).toBeNull();
    for (const [field, input, shown] of MUTATIONS) {
      const { __typename } = await mutate(gateway, [field, { id, ...input }, shown], 'bob');
      expect(__typename, field).toBe('SegmentWebhookNotFound');
    }
    expect(await find(id)).toEqual(before);
  });

  it('no query returns a secret', async () => {
    const { secret } = await createEndpoint(gateway);
    const { body } = await graphql(gateway, `{ segmentWebhooks { ${FIELDS} } }`);
    expect(JSON.stringify(body)).not.toContain(secret);
    expect(JSON.stringify(gateway.logged)).not.toContain(secret);
  });
});
