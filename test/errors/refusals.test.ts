import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { type Code, catalogue } from '../../src/errors/catalogue.ts';
import { quoted } from '../../src/errors/quoted.ts';
import { type Answered, graphql, initOf, rest } from '../client.ts';
import { draft, testGateway } from '../harness.ts';

const gateway = testGateway();
const QUERY = '{ segments { nodes { id } } }';
const CREATE = `mutation ($input: CreateSegmentInput!) { createSegment(input: $input) { __typename } }`;

const sendQuery = (to: typeof gateway, _: string, sent: object) => graphql(to, QUERY, {}, sent);

const typeOf = (code: Code) => `urn:segments:problem:${code.toLowerCase().replaceAll('_', '-')}`;

function expectProblem({ status, headers, body }: Answered, code: Code): void {
  expect(headers.get('content-type')).toBe('application/problem+json');
  const { status: expected, title } = catalogue[code];
  expect(status).toBe(expected);
  expect(body).toMatchObject({
    type: typeOf(code),
    title,
    status,
    detail: expect.stringMatching(/^\S.*\.$/),
    code,
    request_id: headers.get('x-request-id'),
  });
}

const faultsOf = (id: string) =>
  gateway.logged.filter(({ msg, requestId }) => msg === 'fault' && requestId === id);

/** Words that would reveal internals of the gateway. */
const INTERNAL = /node_modules|\.ts:|at .*\(|select |insert |unnest|drizzle|postgres|stack/i;

describe('UNAUTHENTICATED', () => {
  it.each([
    ['no token', undefined],
    ['another scheme', 'Basic YTpi'],
    ['only the scheme', 'Bearer '],
    ['an unknown token', `Bearer ${'x'.repeat(40)}`],
    ['a very long token', `Bearer ${'x'.repeat(10_000)}`],
    ['a token with a wrong checksum', `Bearer sgw_${'x'.repeat(36)}`],
  ])('is the answer to %s', async (_, authorization) => {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    const answer = await rest(gateway, '', { as: null, headers });
    expectProblem(answer, 'UNAUTHENTICATED');
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm="segments"/);

    const { status, headers: sent, body } = await graphql(gateway, QUERY, {}, { as: null, headers });
    const challenge = answer.headers.get('www-authenticate');
    expect([status, sent.get('www-authenticate')]).toEqual([401, challenge]);
    expect(body.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    // Without a token the operation runs, because the schema needs none. With an invalid token, nothing runs.
    const isWrong = /^Bearer/.test(authorization ?? '');
    expect('data' in body).toBe(!isWrong);
  });

  it('is the error of nodes and of _entities', async () => {
    const query = '{ segment(id: "x") { id } node(id: "x") { id } nodes(ids: ["x"]) { id } }';
    const { body } = await graphql(gateway, query, {}, { as: null });
    expect(body.errors.map(({ path }: { path: string[] }) => path[0])).toContain('nodes');
    expect(body.data).toBeNull();
    const entities =
      '{ _entities(representations: [{ __typename: "Segment", id: "x" }]) { ... on Segment { id } } }';
    expect((await graphql(gateway, entities, {}, { as: null })).body.errors[0].extensions.code).toBe(
      'UNAUTHENTICATED',
    );
  });
});

describe('FORBIDDEN', () => {
  it('is the answer to a write with a read-only token', async () => {
    expectProblem(await rest(gateway, '', { method: 'POST', body: draft(), as: 'reader' }), 'FORBIDDEN');
    const { body } = await graphql(gateway, CREATE, { input: draft() }, { as: 'reader' });
    expect(body).toMatchObject({
      data: { createSegment: null },
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
  });
});

describe('INVALID_INPUT', () => {
  it('is a problem over REST, data in a mutation, and an error in a query', async () => {
    expectProblem(await rest(gateway, '?limit=0'), 'INVALID_INPUT');
    const created = await graphql(gateway, CREATE, { input: draft({ name: '' }) });
    expect(created.body).toEqual({ data: { createSegment: { __typename: 'SegmentInvalidInput' } } });
    const listed = await graphql(gateway, '{ segments(first: 0) { nodes { id } } }');
    expect(listed.body.errors).toMatchObject([
      { path: ['segments'], extensions: { code: 'INVALID_INPUT', issues: [{ param: 'first' }] } },
    ]);
  });

  it('is the error of a query for too many nodes', async () => {
    const { body } = await graphql(gateway, 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
      ids: Array.from({ length: 1001 }, () => 'x'),
    });
    expect(body.errors[0].message).toBe('ids: must have at most 1,000 ids, not 1,001.');
  });

  it('quotes what was sent in at most 43 characters, as valid Unicode', () => {
    expect(quoted('x'.repeat(1000))).toHaveLength(43);
    expect(quoted('\ud800')).toBe('"\ufffd"');
  });
});

describe('NOT_FOUND', () => {
  it('is a problem over REST, null in a query, and data in a mutation', async () => {
    expectProblem(await rest(gateway, '/xgQQXg3hrtjh7AvZ'), 'NOT_FOUND');
    const query = `mutation { a: deleteSegment(input: { id: "xgQQXg3hrtjh7AvZ" }) { ... on SegmentError { __typename message } } }`;
    expect((await graphql(gateway, '{ segment(id: "xgQQXg3hrtjh7AvZ") { id } }')).body).toEqual({
      data: { segment: null },
    });
    expect((await graphql(gateway, query)).body.data.a).toEqual({
      __typename: 'SegmentNotFound',
      message: 'There is no segment "xgQQXg3hrtjh7AvZ".',
    });
  });
});

describe('a request that GraphQL itself refuses', () => {
  it.each([
    ['{', 'GRAPHQL_PARSE_FAILED'],
    ['{ nope }', 'GRAPHQL_VALIDATION_FAILED'],
    ['query ($x: Int!) { segments(first: $x) { nodes { id } } }', 'INVALID_INPUT'],
  ])('for the query %s has a code', async (query, code) => {
    expect((await graphql(gateway, query)).body.errors[0].extensions.code).toBe(code);
  });

  it.each(['?x=/health', '?x=/ready', '?query={__typename}&variables={bad'])(
    'for the query string %s is a 400 that reveals nothing',
    async (query) => {
      const response = await fetch(`${gateway.url}/graphql${query}`, initOf(gateway, {}));
      expect(response.status).toBe(400);
      expect(await response.text()).not.toMatch(INTERNAL);
    },
  );
});

describe('INTERNAL', () => {
  it('does not show its cause, which is logged with the request id and without data', async () => {
    await gateway.database.execute(sql`alter table segments rename column name to gone`);
    try {
      gateway.logged.length = 0;
      const secret = 'secret criteria';
      const body = draft({ criteria: secret });
      const answer = await rest(gateway, '', { method: 'POST', body });
      expectProblem(answer, 'INTERNAL');
      const overGraphql = await graphql(
        gateway,
        CREATE,
        { input: body },
        { headers: { 'x-request-id': 'trace-2' } },
      );
      expect(overGraphql.body.errors[0]).toMatchObject({
        extensions: { code: 'INTERNAL' },
        path: ['createSegment'],
      });
      expect(overGraphql.body.errors[0].message).toContain('trace-2');
      for (const { body } of [answer, overGraphql]) expect(JSON.stringify(body)).not.toMatch(INTERNAL);

      const faults = gateway.logged.filter(({ msg }) => msg === 'fault');
      expect(faults.map(({ requestId }) => requestId)).toEqual([answer.body.request_id, 'trace-2']);
      expect(faults[0]).toMatchObject({ fault: { code: '42703' } });
      expect(JSON.stringify(gateway.logged)).not.toContain(secret);
    } finally {
      await gateway.database.execute(sql`alter table segments rename column gone to name`);
    }
  });
});

describe('UNAVAILABLE', () => {
  /** Does work while another session locks segments, so that every statement on it fails. */
  async function whileLocked(work: () => Promise<void>): Promise<void> {
    const client = await gateway.database.$client.connect();
    await client.query('begin; lock table segments in access exclusive mode');
    try {
      await work();
    } finally {
      await client.query('rollback');
      client.release();
    }
  }

  it.each([
    ['a read over REST', (headers: Record<string, string>) => rest(gateway, '', { headers })],
    [
      'a write over REST',
      (headers: Record<string, string>) => rest(gateway, '', { method: 'POST', body: draft(), headers }),
    ],
    ['a query', (headers: Record<string, string>) => graphql(gateway, QUERY, {}, { headers })],
    [
      'a query of many fields that fail together',
      (headers: Record<string, string>) =>
        graphql(
          gateway,
          '{ a: segment(id: "xgQQXg3hrtjh7AvZ") { id } b: segment(id: "xgQQXg3hrtjh7AvY") { id } }',
          {},
          { headers },
        ),
    ],
    [
      'a query that a router traces',
      (headers: Record<string, string>) =>
        graphql(gateway, QUERY, {}, { headers: { ...headers, 'apollo-federation-include-trace': 'ftv1' } }),
    ],
    [
      'a mutation',
      (headers: Record<string, string>) => graphql(gateway, CREATE, { input: draft() }, { headers }),
    ],
  ])('of %s is logged once, with its cause', async (name, send) => {
    const id = name.replaceAll(' ', '-');
    await whileLocked(async () => {
      const { body } = await send({ 'x-request-id': id });
      expect(body.code ?? body.errors[0].extensions.code).toBe('UNAVAILABLE');
    });
    expect(faultsOf(id)).toMatchObject([{ fault: { code: '55P03' } }]);
  });

  /** Does work while no statement gets a connection. The driver gives each an error of its own, without a code. */
  async function withoutConnections(work: () => Promise<void>): Promise<void> {
    const pools = [gateway.database, gateway.database.large, gateway.database.scan].map(
      ({ $client }) => $client,
    );
    const taken = await Promise.all(
      pools.flatMap((pool) => Array.from({ length: pool.options.max }, () => pool.connect())),
    );
    try {
      await work();
    } finally {
      for (const client of taken) client.release();
    }
  }

  it.each([
    ['a read over REST', (headers: Record<string, string>) => rest(gateway, '', { headers })],
    [
      'a query of several statements',
      (headers: Record<string, string>) =>
        graphql(
          gateway,
          '{ segment(id: "xgQQXg3hrtjh7AvZ") { id } segments(first: 1) { totalCount nodes { id } } }',
          {},
          { headers },
        ),
    ],
  ])('of %s is logged once if no connection is free', async (name, send) => {
    const id = `${name.replaceAll(' ', '-')}-unconnected`;
    await rest(gateway); // so that the token is cached
    await withoutConnections(async () => {
      const { body } = await send({ 'x-request-id': id });
      expect(body.code ?? body.errors[0].extensions.code).toBe('UNAVAILABLE');
      expect(body.errors?.length ?? 2).toBeGreaterThan(1);
    });
    expect(faultsOf(id)).toMatchObject([{ fault: { message: 'timeout exceeded when trying to connect' } }]);
  });
});

describe('a token that cannot be looked up', () => {
  it('is logged once as a fault, over both faces', async () => {
    await gateway.database.execute(sql`alter table api_tokens rename to gone`);
    try {
      for (const [id, send] of [
        ['token-over-rest', rest] as const,
        ['token-over-graphql', sendQuery] as const,
      ]) {
        const headers = { authorization: `Bearer ${'y'.repeat(40)}`, 'x-request-id': id };
        await send(gateway, '', { as: null, headers });
        expect(faultsOf(id)).toHaveLength(1);
      }
    } finally {
      await gateway.database.execute(sql`alter table gone rename to api_tokens`);
    }
  });
});

describe('a mutation that fails', () => {
  it('does not affect the results of earlier mutations in the same operation', async () => {
    const query = `mutation ($first: CreateSegmentInput!, $second: CreateSegmentInput!) {
      made: createSegment(input: $first) { ... on CreateSegmentPayload { segment { name } } }
      failed: createSegment(input: $second) { __typename } }`;
    await gateway.database.execute(sql`alter table idempotency_keys rename to gone`);
    try {
      const variables = { first: draft({ name: 'made' }), second: { ...draft(), idempotencyKey: 'k' } };
      const { body } = await graphql(gateway, query, variables);
      expect(body.data).toEqual({ made: { segment: { name: 'made' } }, failed: null });
      expect(body.errors).toMatchObject([{ path: ['failed'], extensions: { code: 'INTERNAL' } }]);
    } finally {
      await gateway.database.execute(sql`alter table gone rename to idempotency_keys`);
    }
  });
});

describe('the log', () => {
  it('has one line per request with its account, path, status and duration, and no token, query string or header', async () => {
    gateway.logged.length = 0;
    const { headers } = await rest(gateway, '?name=private', { headers: { 'x-canary': 'canary' } });
    expect(gateway.logged).toEqual([
      expect.objectContaining({
        requestId: headers.get('x-request-id'),
        method: 'GET',
        path: '/v1/customer-segments',
        status: 200,
        ms: expect.any(Number),
        accountId: 'ada',
      }),
    ]);
    expect(JSON.stringify(gateway.logged)).not.toMatch(/private|canary|sgw_/);
  });
});
