import { beforeAll, describe, expect, it } from 'vitest';
import { createSegment, getSegment } from '../../src/segments/resolvers.ts';
import type { Segment } from '../../src/segments/segment.ts';
import { graphql, rest } from '../client.ts';
import { draft, testGateway } from '../harness.ts';

const gateway = testGateway();
let hers: Segment;

beforeAll(async () => {
  hers = await createSegment(draft({ name: 'of Ada' }), gateway.context('ada'));
});

const asBob = { as: 'bob' } as const;
const codesOf = (body: { errors?: { extensions: { code: string } }[] }) =>
  body.errors?.map(({ extensions }) => extensions.code);

/** OWASP API Security Top 10, 2023: what of it there is to try here. What is not, docs/reliability.md says. */
describe('OWASP API Security Top 10', () => {
  it('API1, broken object level authorization: the id of another account is as good as none', async () => {
    for (const [method, body] of [
      ['GET'],
      ['PUT', { name: 'x' }],
      ['PATCH', { name: 'x' }],
      ['DELETE'],
    ] as const) {
      const foreign = await rest(gateway, `/${hers.id}`, { method, ...asBob, ...(body && { body }) });
      const absent = await rest(gateway, '/0000000000000000', { method, ...asBob, ...(body && { body }) });
      expect(foreign.status).toBe(404);
      const plain = ({ body }: typeof foreign, id: string) =>
        JSON.stringify({ ...body, request_id: '' }).replaceAll(id, 'ID');
      expect(plain(foreign, hers.id)).toBe(plain(absent, '0000000000000000'));
    }
    expect(await getSegment({ id: hers.id }, gateway.context('ada'))).toMatchObject({ name: 'of Ada' });
  });

  it('API2, broken authentication: unknown, revoked and expired tokens get one and the same answer', async () => {
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

  it('API3, broken object property level authorization: what is not a caller’s to write is refused by name', async () => {
    for (const property of ['id', 'account_id', 'accountId', 'created_at', 'version', 'updated_at']) {
      const { status, body } = await rest(gateway, '', {
        method: 'POST',
        body: { ...draft(), [property]: 'x' },
      });
      expect([status, body.errors[0].param]).toEqual([400, property]);
    }
    expect(Object.keys((await rest(gateway, `/${hers.id}`)).body)).not.toContain('account_id');
  });

  it('API4, unrestricted resource consumption: pages, ids, texts, bodies and costs are bounded', async () => {
    expect((await rest(gateway, '?limit=101')).status).toBe(400);
    expect(
      (await rest(gateway, '', { method: 'POST', body: draft({ criteria: 'x'.repeat(5_001) }) })).status,
    ).toBe(400);
    const { body } = await graphql(gateway, '{ segments(first: 2147483647) { nodes { id } } }');
    expect(codesOf(body)).toEqual(['COST_LIMIT']);
  });

  it('API5, broken function level authorization: a token that may read writes nothing, by any method', async () => {
    for (const [method, path] of [
      ['POST', ''],
      ['PUT', `/${hers.id}`],
      ['PATCH', `/${hers.id}`],
      ['DELETE', `/${hers.id}`],
    ]) {
      const answer = await rest(gateway, path, {
        method: method ?? '',
        as: 'reader',
        ...(method !== 'DELETE' && { body: draft() }),
      });
      expect(answer.status).toBe(403);
    }
    const text = `mutation { deleteSegment(input: { id: "${hers.id}" }) { __typename } }`;
    expect(codesOf((await graphql(gateway, text, {}, { as: 'reader' })).body)).toEqual(['FORBIDDEN']);
  });

  it('API8, security misconfiguration: no method, page or error tells what it runs on', async () => {
    const answer = await fetch(`${gateway.url}/nothing`);
    expect([...answer.headers.keys()].filter((name) => /server|powered|via/.test(name))).toEqual([]);
    expect(
      (await fetch(`${gateway.url}/v1/customer-segments`, { method: 'OPTIONS' })).headers.get(
        'access-control-allow-origin',
      ),
    ).toBeNull();
  });

  it('API9, improper inventory management: there is one version, and nothing beside what is documented', async () => {
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

/** OWASP GraphQL Cheat Sheet: input, denial of service, access, batching, configuration. */
describe('OWASP GraphQL Cheat Sheet', () => {
  it.each(["' or '1'='1", '%', '_', '\\', '"; drop table segments; --', '#{7*7}', '{{7*7}}', '<script>'])(
    'injection: a filter takes %j as it is written',
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

  it('object-level access by node, nodes, _entities and cursors is that of any other way', async () => {
    const query = `query ($id: ID!, $r: [_Any!]!) { node(id: $id) { id } nodes(ids: [$id]) { id } segment(id: $id) { id } _entities(representations: $r) { __typename } }`;
    const variables = {
      id: hers.id,
      r: [{ __typename: 'Segment', id: hers.id, accountId: 'ada', account_id: 'ada' }],
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

  it('batching: by a list it is off, by aliases it is bounded', async () => {
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

  it('a mutation by GET, or by a form, is none', async () => {
    const text = encodeURIComponent(`mutation { deleteSegment(input: { id: "${hers.id}" }) { __typename } }`);
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
    expect(await getSegment({ id: hers.id }, gateway.context('ada'))).not.toBeNull();
  });

  it('an error of the inside shows nothing of it', async () => {
    const broken = await graphql(gateway, '{ segments(after: "x") { nodes { id } } }');
    expect(JSON.stringify(broken.body)).not.toMatch(/stack|node_modules|\.ts/);
  });
});
