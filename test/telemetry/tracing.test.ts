import { beforeAll, describe, expect, it } from 'vitest';
import { graphql, rest, restAt } from '../client.ts';
import { testGateway, type Who } from '../harness.ts';
import { until } from '../until.ts';
import { namesIn, traces } from './traces.ts';

const { tracing, spans, spansOf, newTrace, treeOf } = traces();
const gateway = testGateway({ tracing });

const ids = { ada: '', bob: '' };
beforeAll(async () => {
  for (const who of ['ada', 'bob'] as const) {
    const draft = { name: `of ${who}`, criteria: `criteria of ${who}`, description: 'secret' };
    ids[who] = (await rest(gateway, '', { method: 'POST', body: draft, as: who })).body.id;
  }
});

const ONE = 'query One($id: ID!) { segment(id: $id) { name } }';

describe('a REST request', () => {
  it('has a span below that of its caller, with its resolver and statement', async () => {
    const { traceId, headers } = newTrace();
    await rest(gateway, `/${ids.ada}?x_secret=1`, { headers }); // refused, but it caches the token
    const another = newTrace();
    await rest(gateway, `/${ids.ada}`, { headers: another.headers });
    expect(await treeOf(another.traceId)).toEqual({
      name: 'GET /v1/customer-segments/:id',
      kind: 'SERVER',
      isError: false,
      attributes: {
        'http.request.method': 'GET',
        'http.response.status_code': 200,
        'http.route': '/v1/customer-segments/:id',
        'url.path': `/v1/customer-segments/${ids.ada}`,
        'url.scheme': 'http',
      },
      spans: [
        {
          name: 'getSegment',
          kind: 'INTERNAL',
          attributes: {},
          isError: false,
          spans: [
            {
              name: 'get_segment',
              kind: 'CLIENT',
              isError: false,
              spans: [],
              attributes: {
                'db.system.name': 'postgresql',
                'db.query.summary': 'get_segment',
                'db.response.returned_rows': 1,
              },
            },
          ],
        },
      ],
    });
    const line = gateway.logged.find((each) => each.traceId === another.traceId);
    const [root] = spansOf(another.traceId).filter(({ name }) => name.startsWith('GET'));
    expect(line?.spanId).toBe(root?.spanContext().spanId);
    expect(
      JSON.stringify(spansOf(traceId).map(({ attributes, name }) => ({ attributes, name }))),
    ).not.toContain('secret');
  });

  it('begins a trace of its own without a caller, and the log has its id', async () => {
    gateway.logged.length = 0;
    await rest(gateway);
    await expect.poll(() => gateway.logged).toHaveLength(1);
    const [line] = gateway.logged;
    expect(line).not.toHaveProperty('parentSpanId');
    await expect.poll(() => spansOf(String(line?.traceId)).map(({ name }) => name)).toContain('listSegments');
  });

  it.each([
    ['/v1/customer-segments/xgQQXg3hrtjh7AvZ', 'GET', 'GET /v1/customer-segments/:id', 'NOT_FOUND'],
    ['/v1/customer-segments?limit=0', 'GET', 'GET /v1/customer-segments', 'INVALID_INPUT'],
    ['/v1/invented', 'GET', 'GET', 'NOT_FOUND'],
    ['/v1/customer-segments', 'PURGE', 'HTTP', 'METHOD_NOT_ALLOWED'],
  ])('to %s with %s is called %s and fails with %s', async (path, method, name, code) => {
    const { traceId, headers } = newTrace();
    await restAt(gateway, path, { method, headers });
    const tree = await treeOf(traceId);
    expect(tree).toMatchObject({ name, isError: false, attributes: { 'error.type': code } });
  });

  it('has no span if its caller does not record the trace, but its log line has the trace', async () => {
    const { traceId, headers } = newTrace(false);
    await rest(gateway, '', { headers });
    const later = newTrace();
    await rest(gateway, '', { headers: later.headers });
    await treeOf(later.traceId);
    expect(spansOf(traceId)).toEqual([]);
    expect(gateway.logged).toContainEqual(expect.objectContaining({ traceId }));
  });
});

describe('a GraphQL request', () => {
  it('has a span for its operation, the first time and when it is planned', async () => {
    const query = 'query Page($id: ID!) { segment(id: $id) { name } segments { totalCount nodes { id } } }';
    for (let time = 1; time <= 4; time++) {
      const { traceId, headers } = newTrace();
      await graphql(gateway, query, { id: ids.ada }, { headers });
      const tree = await treeOf(traceId);
      expect(namesIn(tree).filter((name) => !name.includes('find_api_tokens'))).toEqual([
        'POST /graphql',
        '  query',
        '    getSegment',
        '      get_segment_none',
        '    listSegments',
        '      list_desc_none_CREATED_AT',
        '    count_CREATED_AT',
      ]);
      const [operation] = tree.spans.slice(-1);
      expect(operation?.attributes).toEqual({
        'graphql.operation.name': 'Page',
        'graphql.operation.type': 'query',
      });
    }
  });

  it.each([
    ['{ nope }', 'GraphQL Operation', 'GRAPHQL_VALIDATION_FAILED'],
    ['{ segments(first: 1000) { totalCount } }', 'query', 'INVALID_INPUT'],
  ])('%s has a failed operation', async (query, name, code) => {
    const { traceId, headers } = newTrace();
    await graphql(gateway, query, {}, { headers });
    const { spans: below } = await treeOf(traceId);
    expect(below.at(-1)).toMatchObject({ name, isError: false, attributes: { 'error.type': code } });
  });

  it('has a failed resolver if an error is returned as data', async () => {
    const { traceId, headers } = newTrace();
    const query =
      'mutation { deleteSegment(input: { id: "xgQQXg3hrtjh7AvZ" }) { ... on SegmentError { message } } }';
    await graphql(gateway, query, {}, { headers });
    const [mutation] = (await treeOf(traceId)).spans.slice(-1);
    expect(mutation).toMatchObject({
      name: 'mutation',
      spans: [{ name: 'deleteSegment', attributes: { 'error.type': 'NOT_FOUND' } }],
    });
  });

  it('has a span that ends when its stream begins', async () => {
    const { traceId, headers } = newTrace();
    const leave = new AbortController();
    await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: {
        ...gateway.authorization('ada'),
        ...headers,
        'content-type': 'application/json',
        accept: 'text/event-stream',
      },
      body: JSON.stringify({ query: 'subscription Live { segmentEvents { id } }' }),
      signal: leave.signal,
    });
    const tree = await treeOf(traceId);
    leave.abort();
    expect(tree).toMatchObject({
      name: 'POST /graphql',
      spans: [{ name: 'subscription', attributes: { 'graphql.operation.name': 'Live' } }],
    });
  });
});

describe('a statement for several requests', () => {
  const traceOf = async (who: Who & keyof typeof ids) => {
    const { traceId, headers } = newTrace();
    await graphql(gateway, ONE, { id: ids[who] }, { as: who, headers });
    const names = namesIn(await treeOf(traceId)).map((name) => name.trim());
    return { traceId, who, names };
  };

  it('is in the trace of each, and says nothing about the others but how many there are', async () => {
    const shared = () =>
      spans().filter(
        ({ name, attributes }) => name === 'get_segment_none' && attributes['db.operation.batch.size'] === 2,
      );
    await until(async () => {
      const both = await Promise.all([traceOf('ada'), traceOf('bob')]);
      const in2 = shared().map((span) => span.spanContext().traceId);
      return both.every(({ traceId }) => in2.includes(traceId));
    });
    const [one] = shared();
    expect(one?.links).toEqual([]);
    expect(one?.attributes).toEqual({
      'db.system.name': 'postgresql',
      'db.query.summary': 'get_segment_none',
      'db.operation.batch.size': 2,
      'db.response.returned_rows': 2,
    });
  });

  it('never appears in the trace of another request, however many wait for each other', async () => {
    /** Sends operations whose texts are new, so that each waits for its turn to be parsed, until one is not refused. */
    const served = async (
      who: keyof typeof ids,
      n: number,
    ): Promise<{ traceId: string; who: typeof who }> => {
      const { traceId, headers } = newTrace();
      const name = `Q${n}of${Number.parseInt(traceId, 16)}`;
      const query = `query ${name}($id: ID!) { segments { totalCount } segment(id: $id) { name } }`;
      const { body } = await graphql(gateway, query, { id: ids[who] }, { as: who, headers });
      return body.errors ? served(who, n) : { traceId, who };
    };
    const requests = Array.from({ length: 30 }, (_, n) => served(n % 2 === 0 ? 'ada' : 'bob', n));
    for (const { traceId, who } of await Promise.all(requests)) {
      const names = namesIn(await treeOf(traceId)).map((name) => name.trim());
      expect(names.filter((name) => name !== 'find_api_tokens').sort()).toEqual([
        'POST /graphql',
        'count_CREATED_AT',
        'getSegment',
        'get_segment_none',
        'listSegments',
        'query',
      ]);
      const other = who === 'ada' ? 'bob' : 'ada';
      const text = JSON.stringify(spansOf(traceId).map(({ name, attributes }) => ({ name, attributes })));
      expect(text).not.toContain(ids[other]);
      expect(text).not.toContain(`of ${other}`);
    }
  });
});
