import { createClient } from 'graphql-ws';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createSegment } from '../../src/segments/resolvers.ts';
import { graphql, rest } from '../client.ts';
import { sseOf } from '../events/sse.ts';
import { draft } from '../harness.ts';
import { measuredGateway, type Series } from './scraped.ts';

const { gateway, changes, scrape, text, admin } = measuredGateway();

const requests = (face: string, operation: string, status: number | string) =>
  `segments_http_requests_total{face="${face}",operation="${operation}",status="${status}"}`;
const durations = (face: string, operation: string) =>
  `segments_http_request_duration_seconds_count{face="${face}",operation="${operation}"}`;
const errors = (face: string, code: string) => `segments_errors_total{face="${face}",code="${code}"}`;
const rootField = (field: string) => `segments_graphql_root_fields_total{field="${field}"}`;
const ofLane = (name: string, lane: string) => `segments_database_${name}{lane="${lane}"}`;

const FOLLOW = 'subscription { segmentEvents { cursor } }';

describe('a request over REST is counted', () => {
  it('by its route and status, with its duration and its write', async () => {
    const expected = {
      [requests('rest', 'POST /v1/customer-segments', 201)]: 1,
      [durations('rest', 'POST /v1/customer-segments')]: 1,
      segments_log_writes_total: 1,
    };
    await changes(expected, () => rest(gateway, '', { method: 'POST', body: draft() }));
  });

  it('by the code of its error', async () => {
    const operation = 'GET /v1/customer-segments/:id';
    const expected = { [requests('rest', operation, 404)]: 1, [errors('rest', 'NOT_FOUND')]: 1 };
    await changes(expected, () => rest(gateway, '/xgQQXg3hrtjh7AvZ'));
  });

  it.each([
    ['path', '/a/b/c/d', {}, 404, 'NOT_FOUND'],
    ['method', '/xgQQXg3hrtjh7AvZ', { method: 'POST' }, 405, 'METHOD_NOT_ALLOWED'],
    ['caller', '', { as: null }, 401, 'UNAUTHENTICATED'],
  ])('as "other" if its %s is not known', async (_, path, options, status, code) => {
    const expected = { [requests('rest', 'other', status)]: 1, [errors('rest', code)]: 1 };
    await changes(expected, () => rest(gateway, path, options));
  });
});

describe('a GraphQL operation is counted', () => {
  it('by its root field, each time that it is sent, also once it is planned', async () => {
    const query = 'query Mine { segments(first: 1) { nodes { id } } }';
    const expected = {
      [requests('graphql', 'query segments', 200)]: 4,
      [durations('graphql', 'query segments')]: 4,
      [rootField('query segments')]: 4,
    };
    await changes(expected, async () => {
      for (let i = 0; i < 4; i++) await graphql(gateway, query);
    });
  });

  it('once for each of several root fields, which can be in fragments', async () => {
    const query = '{ ...All a: segment(id: "x") { id } } fragment All on Query { segments { nodes { id } } }';
    const expected = {
      [requests('graphql', 'query several', 200)]: 3,
      [rootField('query segments')]: 3,
      [rootField('query segment')]: 3,
    };
    await changes(expected, async () => {
      for (let i = 0; i < 3; i++) await graphql(gateway, query);
    });
  });

  it('by the code of its error, although the status is 200', async () => {
    const query = 'query ($id: ID!) { segment(id: $id) { nope } }';
    const code = 'GRAPHQL_VALIDATION_FAILED';
    const expected = { [requests('graphql', 'other', 200)]: 1, [errors('graphql', code)]: 1 };
    const accept = { headers: { accept: 'application/json' } };
    await changes(expected, () => graphql(gateway, query, { id: 'x' }, accept));
  });

  it('by the codes of errors of its fields, each once', async () => {
    const fields = 'segments(first: 101) { nodes { id } }';
    const expected = {
      [requests('graphql', 'query segments', 200)]: 1,
      [errors('graphql', 'INVALID_INPUT')]: 1,
    };
    await changes(expected, () => graphql(gateway, `{ a: ${fields} b: ${fields} }`));
  });

  it('by the code of a failure that a mutation returns as data', async () => {
    const query = 'mutation { deleteSegment(input: { id: "x" }) { __typename } }';
    const expected = {
      [requests('graphql', 'mutation deleteSegment', 200)]: 1,
      [errors('graphql', 'NOT_FOUND')]: 1,
    };
    await changes(expected, () => graphql(gateway, query));
  });

  it('also if a router requests a trace of it', async () => {
    const headers = { 'apollo-federation-include-trace': 'ftv1' };
    const expected = { [requests('graphql', 'query segments', 200)]: 1 };
    await changes(expected, () => graphql(gateway, '{ segments { nodes { id } } }', {}, { headers }));
  });
});

describe('a subscription is counted', () => {
  it('over Server-Sent Events: while it is open, the events that it sends, and when it ends', async () => {
    const aborted = new AbortController();
    const response = await fetch(`${gateway.url}/graphql?query=${encodeURIComponent(FOLLOW)}`, {
      headers: { ...gateway.authorization('ada'), accept: 'text/event-stream' },
      signal: aborted.signal,
    });
    const events = sseOf(response);
    await expect.poll(async () => (await scrape()).get('segments_streams')).toBe(1);
    await changes({ segments_stream_events_total: 1 }, async () => {
      await createSegment(draft(), gateway.context());
      await events.next();
    });
    const expected = {
      segments_streams: -1,
      [requests('graphql', 'subscription segmentEvents', 200)]: 1,
      [durations('graphql', 'subscription segmentEvents')]: 0,
    };
    await changes(expected, async () => aborted.abort());
  });

  it('over WebSocket, with its connection', async () => {
    const client = createClient({
      url: `${gateway.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: gateway.authorization('ada'),
    });
    const results = client.iterate({ query: FOLLOW });
    const first = results.next();
    const open = async () => {
      const series = await scrape();
      return [series.get('segments_websocket_connections'), series.get('segments_streams')];
    };
    await expect.poll(open).toEqual([1, 1]);
    await createSegment(draft(), gateway.context());
    await first;
    const expected = {
      segments_websocket_connections: -1,
      segments_streams: -1,
      [requests('graphql', 'subscription segmentEvents', 200)]: 1,
    };
    await changes(expected, async () => {
      await results.return?.();
      await client.dispose();
    });
  });
});

it('the calls and the time of statements are measured by lane', async () => {
  const of = (name: string, series: Series) => series.get(ofLane(name, 'small')) ?? 0;
  const before = await scrape();
  await Promise.all(Array.from({ length: 20 }, () => rest(gateway)));
  const after = async () => of('batch_calls_sum', await scrape()) - of('batch_calls_sum', before);
  await expect.poll(after).toBeGreaterThanOrEqual(20);
  const series = await scrape();
  for (const name of ['statement_duration_seconds', 'wait_seconds', 'batch_calls']) {
    expect(of(`${name}_count`, series), name).toBeGreaterThan(of(`${name}_count`, before));
  }
});

it('a fault is counted', () =>
  changes({ segments_faults_total: 1 }, async () =>
    admin().observe({ kind: 'fault', error: new Error('a fault') }),
  ));

it('what is no longer kept is counted by kind', () => {
  const kind = (name: string) => `segments_cleanup_rows_total{kind="${name}"}`;
  const expected = {
    [kind('idempotency_keys')]: 2,
    [kind('events')]: 3,
    [kind('event_contents')]: 4,
    [kind('members')]: 5,
    [kind('webhook_deliveries')]: 6,
  };
  return changes(expected, async () => {
    const { observe } = admin();
    observe({ kind: 'idempotency_keys_forgotten', keys: 2, ms: 1 });
    observe({ kind: 'events_pruned', events: 3, ms: 1 });
    observe({ kind: 'contents_erased', events: 4, ms: 1 });
    observe({ kind: 'members_cleaned', members: 5, ms: 1 });
    observe({ kind: 'deliveries_forgotten', deliveries: 6, ms: 1 });
  });
});

it('the connections of each lane are shown, and how many there can be', async () => {
  await rest(gateway);
  const series = await scrape();
  const small = (state: string) =>
    series.get(`segments_database_connections{lane="small",state="${state}"}`) ?? 0;
  expect(small('idle') + small('active')).toBeGreaterThan(0);
  for (const lane of ['small', 'large', 'scan', 'long', 'import', 'export', 'webhook']) {
    expect(series.get(ofLane('connections_max', lane)), lane).toBeGreaterThan(0);
    expect(series.get(ofLane('waiting_statements', lane)), lane).toBe(0);
  }
});

it('the process itself is measured, without a list of its connections at each scrape', async () => {
  const series = [...(await scrape()).keys()];
  for (const name of ['nodejs_eventloop_lag_p99_seconds', 'process_resident_memory_bytes']) {
    expect(series).toContain(name);
  }
  expect(series.filter((name) => name.startsWith('nodejs_active'))).toEqual([]);
});

describe('a limit that is reached is counted:', () => {
  const limit = (name: string) => `segments_limits_reached_total{limit="${name}"}`;

  describe('the rate', () => {
    const limited = measuredGateway({ rateLimit: { points: 2, store: 'memory' } });
    it('of a token', () =>
      limited.changes({ [limit('rate')]: 2, [errors('rest', 'RATE_LIMITED')]: 2 }, async () => {
        for (let i = 0; i < 4; i++) await rest(limited.gateway);
      }));
  });

  describe('the number', () => {
    const limited = measuredGateway({ maxStreamsPerAccount: 1, maxConnectionsPerAddress: 3, places: 2 });
    it('of streams', () =>
      limited.changes({ [limit('streams')]: 1 }, async () => {
        const { streams } = limited.gateway;
        const { close } = streams.open('ada', async () => true);
        expect(() => streams.open('ada', async () => true)).toThrow('maximum');
        close();
      }));
  });
});

it('the text shows nothing that callers sent, and nothing of who they are', async () => {
  const secret = 'Zx7QbW3kPq';
  const headers = { 'user-agent': secret, 'x-request-id': secret, traceparent: secret };
  await rest(gateway, `/${secret}?${secret}=${secret}`, { headers });
  await rest(gateway, '', { method: 'POST', body: draft({ name: secret }), headers });
  await graphql(gateway, `query ${secret} { ${secret}: segment(id: "${secret}") { id } }`, {}, { headers });
  await graphql(gateway, `{ ${secret} }`);
  await expect.poll(async () => (await scrape()).get(errors('graphql', 'GRAPHQL_VALIDATION_FAILED'))).toBe(2);
  const [ada] = (await gateway.tokens.list()).filter(({ name }) => name === 'ada');
  const shown = await text();
  const told = [secret, '"ada"', ada?.id ?? '', gateway.authorization('ada').authorization, '127.0.0.1'];
  expect(told.filter((each) => shown.includes(each))).toEqual([]);
});
