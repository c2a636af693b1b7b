import { beforeAll, describe, expect, it } from 'vitest';
import { createSegment, getSegment } from '../../src/segments/resolvers.ts';
import type { Segment } from '../../src/segments/segment.ts';
import { graphql, rest } from '../client.ts';
import { draft, testGateway } from '../harness.ts';

const gateway = testGateway();
let adasSegment: Segment;

beforeAll(async () => {
  adasSegment = await createSegment(draft({ name: 'of Ada' }), gateway.context('ada'));
});

const asBob = { as: 'bob' } as const;
const codesOf = (body: { errors?: { extensions: { code: string } }[] }) =>
  body.errors?.map(({ extensions }) => extensions.code);

/** The items of the OWASP API Security Top 10 (2023) that apply to the gateway. docs/reliability.md lists those that do not. */
describe('OWASP API Security Top 10', () => {
  it('API1, broken object level authorization: a segment of another account looks like one that does not exist', async () => {
    for (const [method, body] of [
      ['GET'],
      ['PUT', { name: 'x' }],
      ['PATCH', { name: 'x' }],
      ['DELETE'],
    ] as const) {
      const foreign = await rest(gateway, `/${adasSegment.id}`, { method, ...asBob, ...(body && { body }) });
      const absent = await rest(gateway, '/0000000000000000', { method, ...asBob, ...(body && { body }) });
      expect(foreign.status).toBe(404);
      const plain = ({ body }: typeof foreign, id: string) =>
        JSON.stringify({ ...body, request_id: '' }).replaceAll(id, 'ID');
      expect(plain(foreign, adasSegment.id)).toBe(plain(absent, '0000000000000000'));
    }
    expect(await getSegment({ id: adasSegment.id }, gateway.context('ada'))).toMatchObject({
      name: 'of Ada',
    });
  });

  it('API2, broken authentication: unknown, revoked and expired tokens get the same response', async () => {
    const draftOf = { accountId: 'ada', name: 't', scopes: ['segments:read'] };
    const revoked = await gateway.tokens.create({ ...draftOf, expiresAt: null });
    await gateway.tokens.revoke(revoked.id);
    const expired = await gateway.tokens.create({ ...draftOf, expiresAt: new Date(0) });
    const answers = await Promise.all(
      ['x'.repeat(40), revoked.token, expired.token].map(async (token) => {
        const { status, body } = await rest(gateway, '', {
          as: null,
          headers: { authorization: `Bearer ${token}` },
        });
        return JSON.stringify([status, { ...body, request_id: '' }]);
      }),
    );
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('[401,');
  });

  it('API3, broken object property level authorization: properties that callers may not write are refused by name', async () => {
    for (const property of ['id', 'account_id', 'accountId', 'created_at', 'version', 'updated_at']) {
      const { status, body } = await rest(gateway, '', {
        method: 'POST',
        body: { ...draft(), [property]: 'x' },
      });
      expect([status, body.errors[0].param]).toEqual([400, property]);
    }
    expect(Object.keys((await rest(gateway, `/${adasSegment.id}`)).body)).not.toContain('account_id');
  });

  it('API4, unrestricted resource consumption: page sizes, texts and costs are limited', async () => {
    expect((await rest(gateway, '?limit=101')).status).toBe(400);
    expect(
      (await rest(gateway, '', { method: 'POST', body: draft({ criteria: 'x'.repeat(5_001) }) })).status,
    ).toBe(400);
    const { body } = await graphql(gateway, '{ segments(first: 2147483647) { nodes { id } } }');
    expect(codesOf(body)).toEqual(['COST_LIMIT']);
  });

  it('API5, broken function level authorization: a read-only token cannot write by any method', async () => {
    for (const [method, path] of [
      ['POST', ''],
      ['PUT', `/${adasSegment.id}`],
      ['PATCH', `/${adasSegment.id}`],
      ['DELETE', `/${adasSegment.id}`],
    ]) {
      const answer = await rest(gateway, path, {
        method: method ?? '',
        as: 'reader',
        ...(method !== 'DELETE' && { body: draft() }),
      });
      expect(answer.status).toBe(403);
    }
    const text = `mutation { deleteSegment(input: { id: "${adasSegment.id}" }) { __typename } }`;
    expect(codesOf((await graphql(gateway, text, {}, { as: 'reader' })).body)).toEqual(['FORBIDDEN']);
  });

  it('API8, security misconfiguration: no header names the server software or allows other origins', async () => {
    const answer = await fetch(`${gateway.url}/nothing`);
    expect([...answer.headers.keys()].filter((name) => /server|powered|via/.test(name))).toEqual([]);
    expect(
      (await fetch(`${gateway.url}/v1/customer-segments`, { method: 'OPTIONS' })).headers.get(
        'access-control-allow-origin',
      ),
    ).toBeNull();
  });

  it('API9, improper inventory management: other versions and undocumented paths do not exist', async () => {
    for (const path of [
      '/v0/customer-segments',
      '/v2/customer-segments',
      '/api',
      '/graphiql',
      '/metrics',
      '/debug',
      '/.env',
    ]) {
      expect((await fetch(gateway.url + path, { headers: gateway.authorization('ada') })).status).toBe(404);
    }
  });
});

/** The topics of the OWASP GraphQL Cheat Sheet: input, denial of service, access, batching, configuration. */
describe('OWASP GraphQL Cheat Sheet', () => {
  it.each(["' or '1'='1", '%', '_', '\\', '"; drop table segments; --', '#{7*7}', '{{7*7}}', '<script>'])(
    'injection: a filter matches %j literally',
    async (text) => {
      const query = 'query ($f: SegmentFilter) { segments(filter: $f) { totalCount } }';
      for (const filter of [
        { name: { contains: text } },
        { name: { startsWith: text } },
        { name: { eq: text } },
        { criteria: { in: [text] } },
      ]) {
        const { body } = await graphql(gateway, query, { f: filter });
        expect(body).toEqual({ data: { segments: { totalCount: 0 } } });
      }
    },
  );

  it('object-level access: node, nodes, _entities and cursors show nothing of another account', async () => {
    const query = `query ($id: ID!, $r: [_Any!]!) { node(id: $id) { id } nodes(ids: [$id]) { id } segment(id: $id) { id } _entities(representations: $r) { __typename } }`;
    const variables = {
      id: adasSegment.id,
      r: [{ __typename: 'Segment', id: adasSegment.id, accountId: 'ada', account_id: 'ada' }],
    };
    expect((await graphql(gateway, query, variables, asBob)).body.data).toEqual({
      node: null,
      nodes: [null],
      segment: null,
      _entities: [null],
    });
    const { body } = await graphql(gateway, '{ segments(first: 1) { pageInfo { endCursor } } }');
    const after = body.data.segments.pageInfo.endCursor;
    const others = await graphql(
      gateway,
      'query ($after: String) { segments(after: $after) { nodes { id } } }',
      { after },
      asBob,
    );
    expect(others.body.data.segments.nodes).toEqual([]);
  });

  it('batching: lists of operations are refused, and aliases are limited', async () => {
    const headers = { ...gateway.authorization('ada'), 'content-type': 'application/json' };
    const batch = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers,
      body: '[{"query":"{__typename}"},{"query":"{__typename}"}]',
    });
    expect(await batch.text()).not.toContain('"__typename"');
    const guesses = Array.from({ length: 51 }, (_, i) => `a${i}: segment(id: "${i}") { id }`).join(' ');
    expect(codesOf((await graphql(gateway, `{ ${guesses} }`)).body)).toContain('ALIAS_LIMIT');
  });

  it('CSRF: a mutation by GET is refused, and so is an operation in a form', async () => {
    const text = encodeURIComponent(
      `mutation { deleteSegment(input: { id: "${adasSegment.id}" }) { __typename } }`,
    );
    const answer = await fetch(`${gateway.url}/graphql?query=${text}`, {
      headers: gateway.authorization('ada'),
    });
    expect(answer.status).toBe(405);
    const form = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: gateway.authorization('ada'),
      body: new URLSearchParams({ query: '{__typename}' }),
    });
    expect(form.status).toBe(415);
    expect(await getSegment({ id: adasSegment.id }, gateway.context('ada'))).not.toBeNull();
  });

  it('configuration: an error reveals no stack or file', async () => {
    const broken = await graphql(gateway, '{ segments(after: "x") { nodes { id } } }');
    expect(JSON.stringify(broken.body)).not.toMatch(/stack|node_modules|\.ts/);
  });
});
