import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { type Client, createClient } from 'graphql-ws';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createSegment, deleteSegment, updateSegment } from '../../src/segments/resolvers.ts';
import { initOf, type Json, rest } from '../client.ts';
import { draft, eventHead, secondGateway, type TestGateway, testGateway, type Who } from '../harness.ts';
import { received, sendRaw } from '../hostile/socket.ts';
import { until } from '../until.ts';

const ROUTER_SECRET = '0123456789abcdef0123456789abcdef';
const ALLOWED = 'https://app.example.com';
const gateway = testGateway({
  streamReviewMs: 50,
  corsOrigins: new Set([ALLOWED]),
  rateLimit: { points: 1_000_000, store: 'memory' },
});

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await until(() => gateway.streams.count() === 0 && gateway.inFlight() === 0);
});

type Target = Pick<TestGateway, 'url'>;

interface Subscription {
  /** What the client was sent so far: results, and the errors that ended it. */
  results: Json[];
  /** Settles when the subscription has ended, with its errors if it was refused. */
  ended: Promise<Json>;
  leave(): void;
}

interface Options {
  as?: Who;
  variables?: object;
  headers?: Record<string, string>;
  at?: Target;
}

type Subscribe = (query: string, options?: Options) => Promise<Subscription>;

/** Subscribes over Server-Sent Events. */
const overSse: Subscribe = async (query, { as = 'ada', variables, headers = {}, at = gateway } = {}) => {
  const controller = new AbortController();
  const accept = { accept: 'text/event-stream', ...headers };
  const init = initOf(gateway, { method: 'POST', body: { query, variables }, as, headers: accept });
  const response = await fetch(`${at.url}/graphql`, { ...init, signal: controller.signal });
  const results: Json[] = [];
  const read = async () => {
    let text = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) {
        if (event.startsWith('event: next\n')) results.push(JSON.parse(event.slice(event.indexOf('{'))));
      }
    }
    return results.at(-1)?.data === undefined ? results.at(-1)?.errors : undefined;
  };
  const ended = read().catch(() => undefined);
  closers.push(() => controller.abort());
  return { results, ended, leave: () => controller.abort() };
};

/** Subscribes over WebSocket, on a connection of its own. */
const overWebSocket: Subscribe = async (
  query,
  { as = 'ada', variables, headers = {}, at = gateway } = {},
) => {
  const client: Client = createClient({
    url: `${at.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: class extends WebSocket {
      constructor(url: string, protocol: string) {
        super(url, protocol, { headers });
      }
    },
    connectionParams: gateway.authorization(as),
    retryAttempts: 0,
  });
  const results: Json[] = [];
  const variablesGiven = variables && { variables: { ...variables } };
  const ended = new Promise<Json>((resolve) => {
    client.subscribe(
      { query, ...variablesGiven },
      { next: (result) => results.push(result), error: resolve, complete: () => resolve(undefined) },
    );
  });
  closers.push(() => client.dispose());
  return { results, ended, leave: () => void client.dispose() };
};

const FOLLOW = `subscription Follow($after: String, $types: [SegmentEventType!]) {
  segmentEvents(after: $after, types: $types) { cursor type segment { name } } }`;
const headOf = async (accountId = 'ada') => String(await eventHead(gateway, accountId));
const eventsOf = ({ results }: Subscription): Json[] => results.map(({ data }) => data.segmentEvents);

describe.each([
  ['Server-Sent Events', overSse],
  ['WebSocket', overWebSocket],
])('A subscription over %s', (_, subscribe) => {
  it('begins with the next event if it has no cursor', async () => {
    const subscription = await subscribe('subscription { segmentEvents { segment { name } } }');
    await until(() => gateway.streams.count() === 1);
    await until(() => gateway.inFlight() === 0); // it holds no place
    const name = randomUUID();
    await createSegment(draft({ name }), gateway.context());
    await until(() => subscription.results.length === 1);
    expect(subscription.results).toEqual([{ data: { segmentEvents: { segment: { name } } } }]);
    subscription.leave();
    await until(() => gateway.streams.count() === 0);
  });

  it('returns only events of the types that it names, and costs the same', async () => {
    const after = await headOf();
    const types = ['SEGMENT_DELETED', 'SEGMENT_UPDATED'];
    const subscription = await subscribe(FOLLOW, { variables: { after, types } });
    const { id } = await createSegment(draft(), gateway.context());
    await updateSegment({ id, name: 'b' }, gateway.context());
    await deleteSegment({ id }, gateway.context());
    await until(() => subscription.results.length === 2);
    expect(eventsOf(subscription).map(({ type }) => type)).toEqual(['SEGMENT_UPDATED', 'SEGMENT_DELETED']);
  });

  it('is of one account alone', async () => {
    const after = { ada: await headOf('ada'), bob: await headOf('bob') };
    const ofAda = await subscribe(FOLLOW, { variables: { after: after.ada } });
    const ofBob = await subscribe(FOLLOW, { as: 'bob', variables: { after: after.bob } });
    for (let i = 0; i < 20; i++) {
      await createSegment(draft({ name: `ada ${i}` }), gateway.context('ada'));
      await createSegment(draft({ name: `bob ${i}` }), gateway.context('bob'));
    }
    await until(() => ofAda.results.length === 20 && ofBob.results.length === 20);
    const names = (subscription: Subscription) => eventsOf(subscription).map(({ segment }) => segment.name);
    expect(names(ofAda)).toEqual(Array.from({ length: 20 }, (__, i) => `ada ${i}`));
    expect(names(ofBob)).toEqual(Array.from({ length: 20 }, (__, i) => `bob ${i}`));
  });

  it.each([
    ['a cursor that is none', FOLLOW, { after: 'x' }, 'INVALID_INPUT'],
    ['a cursor beyond the newest event', FOLLOW, { after: '99999999' }, 'INVALID_INPUT'],
    ['a variable of a wrong type', FOLLOW, { types: ['X'] }, 'INVALID_INPUT'],
    ['an unknown field', 'subscription { nothing }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'two fields',
      'subscription { segmentEvents { id } b: segmentEvents { id } }',
      {},
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'no field in the end',
      'subscription { ... @skip(if: true) { segmentEvents { id } } }',
      {},
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'a conditional field in a fragment',
      'subscription { ...F } fragment F on Subscription { segmentEvents @include(if: true) { id } }',
      {},
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['no text', 'subscription {', {}, 'GRAPHQL_PARSE_FAILED'],
    [
      'too many aliases',
      `subscription { segmentEvents { ${Array.from({ length: 51 }, (__, i) => `a${i}: id`).join(' ')} } }`,
      {},
      'ALIAS_LIMIT',
    ],
    [
      'a result that could be too large',
      `subscription { segmentEvents { ${Array.from({ length: 50 }, (__, i) => `a${i}: changes { before after property }`).join(' ')} } }`,
      {},
      'RESPONSE_TOO_LARGE',
    ],
  ])('is refused with %s', async (__, query, variables, code) => {
    const { results, ended } = await subscribe(query, { variables });
    expect(await ended).toMatchObject([{ message: expect.any(String), extensions: { code } }]);
    expect(JSON.stringify(await ended)).not.toContain('"http"');
    expect(results.filter(({ data }) => data)).toEqual([]);
  });

  it('is refused without the scope', async () => {
    const { ended } = await subscribe(FOLLOW, { as: 'writer' });
    expect(await ended).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  it('is never kept as a repeated operation', async () => {
    const after = await headOf();
    await createSegment(draft(), gateway.context());
    for (let i = 0; i < 4; i++) {
      const subscription = await subscribe(FOLLOW, { variables: { after } });
      await until(() => subscription.results.length === 1);
      subscription.leave();
    }
    const { ended } = await subscribe(FOLLOW, { variables: { after: 'x' } });
    expect(await ended).toMatchObject([{ extensions: { code: 'INVALID_INPUT' } }]);
  });

  it('ends at once when the gateway stops, and resumes at another one', async () => {
    const other = await secondGateway(gateway);
    const after = await headOf();
    const idle = await subscribe(FOLLOW, { at: other, variables: { after } });
    const busy = await subscribe(FOLLOW, { at: other, variables: { after: '0' } });
    await until(() => busy.results.length === Number(after) && other.streams.count() === 2);
    const stopped = other.stop();
    expect(await idle.ended).toBeUndefined();
    expect(await busy.ended).toBeUndefined();
    await stopped;
    await createSegment(draft({ name: 'after' }), gateway.context());
    const resumed = await subscribe(FOLLOW, { variables: { after } });
    await until(() => resumed.results.length === 1);
    expect(eventsOf(resumed)).toMatchObject([{ segment: { name: 'after' } }]);
  });

  it('has a line in the log when it ends, with its operation and its status', async () => {
    gateway.logged.length = 0;
    const { ended } = await subscribe(FOLLOW, { variables: { after: 'x' } });
    await ended;
    const subscription = await subscribe(FOLLOW);
    await until(() => gateway.streams.count() === 1);
    subscription.leave();
    const lines = () => gateway.logged.filter(({ operation }) => operation === 'Follow');
    await until(() => lines().length === 2);
    expect(lines()[1]).toMatchObject({ path: '/graphql', status: 200, accountId: 'ada' });
  });
});

describe('A reader that reads nothing', () => {
  const PAGES = 6;
  const BIG = `subscription ($after: String) { segmentEvents(after: $after) { ${Array.from({ length: 12 }, (_, i) => `a${i}: segment { criteria }`).join(' ')} } }`;
  const body = JSON.stringify({ query: BIG, variables: { after: '0' } });

  /** Counts the pages of the log of Bob that were read. */
  const pagesRead = () =>
    gateway.statements.filter(
      ({ text, values }) => /"?events"?/.test(text) && JSON.stringify(values).includes('bob'),
    ).length;

  const bySse = (authorization: string) => {
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname).pause();
    closers.push(() => socket.destroy());
    socket.write(
      `POST /graphql HTTP/1.1\r\nHost: a\r\nAuthorization: ${authorization}\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
  };
  const byWebSocket = (authorization: string) => {
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    closers.push(() => socket.terminate());
    const send = (message: object) => socket.send(JSON.stringify(message));
    socket.on('open', () => send({ type: 'connection_init', payload: { authorization } }));
    socket.once('message', () => {
      send({ id: '1', type: 'subscribe', payload: JSON.parse(body) });
      socket.pause();
    });
  };

  it.each([
    ['Server-Sent Events', bySse],
    ['WebSocket', byWebSocket],
  ])('costs a place in the log and no memory, over %s', async (_, open) => {
    const context = gateway.context('bob');
    const criteria = 'x'.repeat(5_000);
    const missing = PAGES * 100 - Number(await headOf('bob'));
    for (let i = 0; i < missing; i++) await createSegment(draft({ criteria }), context);
    gateway.statements.length = 0;
    open(gateway.authorization('bob').authorization);
    await until(() => pagesRead() > 1);
    // Meanwhile, the gateway answers others, for longer than it would take to send all pages.
    for (let i = 0; i < 1_000; i++) await rest(gateway, '');
    expect(pagesRead()).toBeLessThan(PAGES);
  });
});

describe('Over HTTP', () => {
  const ask = (headers: Record<string, string>, query = FOLLOW, variables = {}) =>
    fetch(`${gateway.url}/graphql`, initOf(gateway, { method: 'POST', body: { query, variables }, headers }));

  it.each(['application/json', '*/*', 'application/graphql-response+json', 'text/*, application/json'])(
    'a subscription for a caller that accepts %s is 406, and opens nothing',
    async (accept) => {
      const response = await ask({ accept });
      expect(response.status).toBe(406);
      expect(await response.json()).toMatchObject({
        errors: [
          { message: expect.stringContaining('text/event-stream'), extensions: { code: 'NOT_ACCEPTABLE' } },
        ],
      });
      expect(gateway.streams.count()).toBe(0);
    },
  );

  it('errors before it begins are JSON with a status, if the caller accepts that', async () => {
    const accept = 'text/event-stream, application/graphql-response+json';
    const response = await ask({ accept }, FOLLOW, { after: 'x' });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      400,
      'application/graphql-response+json; charset=utf-8',
    ]);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'INVALID_INPUT' } }] });
  });

  it('a router can ask for a trace, and gets none', async () => {
    const headers = { 'apollo-federation-include-trace': 'ftv1' };
    const after = await headOf();
    const subscription = await overSse(FOLLOW, { headers, variables: { after } });
    await createSegment(draft({ name: 'traced' }), gateway.context());
    await until(() => subscription.results.length === 1);
    expect(subscription.results).toMatchObject([
      { data: { segmentEvents: { segment: { name: 'traced' } } } },
    ]);
  });

  it('its cost is charged once', async () => {
    const left = async () =>
      Number(/r=(\d+)/.exec((await rest(gateway)).headers.get('ratelimit') ?? '')?.[1]);
    const before = await left();
    const after = await headOf();
    for (let i = 0; i < 3; i++) await createSegment(draft(), gateway.context());
    const types = ['SEGMENT_CREATED', 'SEGMENT_UPDATED', 'SEGMENT_DELETED'];
    const subscription = await overSse(FOLLOW, { variables: { after, types } });
    await until(() => subscription.results.length === 3);
    expect(before - (await left())).toBe(2); // and one point for the request that tells what is left
  });
});

describe('A WebSocket', () => {
  const url = ({ url: at }: Target) => `${at.replace('http', 'ws')}/graphql`;
  const INIT = JSON.stringify({ type: 'connection_init' });

  /** Opens a connection, sends messages, and tells how it ends. */
  const ending = (messages: object[], headers: Record<string, string> = {}, at: Target = gateway) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(url(at), 'graphql-transport-ws', { headers });
      socket.on('open', () => {
        for (const message of messages) socket.send(JSON.stringify(message));
      });
      socket.on('message', (data) => {
        const { type } = JSON.parse(String(data));
        if (type === 'connection_ack' && messages.length === 1) {
          socket.close();
          resolve('acknowledged');
        }
      });
      socket.on('close', (code, reason) => resolve(`${code} ${reason}`));
      socket.on('error', (error) => resolve(error.message));
    });
  const init = (payload: object = gateway.authorization('ada')) => ({ type: 'connection_init', payload });
  const subscribe = (id: string) => ({ id, type: 'subscribe', payload: { query: FOLLOW } });

  it('takes its token from the request as well', async () => {
    expect(await ending([{ type: 'connection_init' }], gateway.authorization('ada'))).toBe('acknowledged');
    const { authorization: Authorization } = gateway.authorization('ada');
    expect(await ending([init({ Authorization })])).toBe('acknowledged');
  });

  it('is closed as the protocol says', async () => {
    expect(await ending([init({ authorization: 'Bearer x' })])).toMatch(/^4403 Send a valid token/);
    expect(await ending([init(), init()])).toBe('4429 Too many initialisation requests');
    expect(await ending([subscribe('1')])).toBe('4401 Unauthorized');
    expect(await ending([init(), { type: 'next', id: '1', payload: {} }])).toMatch(/^4400/);
    gateway.logged.length = 0;
    const socket = new WebSocket(url(gateway), 'graphql-transport-ws');
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.on('open', () => socket.send(JSON.stringify(init())));
    socket.once('message', () => {
      for (const id of ['1', '1']) socket.send(JSON.stringify(subscribe(id)));
    });
    expect(await closed).toBe(4409);
    expect(gateway.logged.filter(({ fault }) => fault)).toEqual([]);
  });

  it('has at most 100 subscriptions', async () => {
    const socket = new WebSocket(url(gateway), 'graphql-transport-ws');
    closers.push(() => socket.terminate());
    const refused: string[] = [];
    socket.on('open', () => socket.send(JSON.stringify(init())));
    socket.on('message', (data) => {
      const { type, id, payload } = JSON.parse(String(data));
      if (type === 'error') refused.push(`${id} ${payload[0].extensions.code}`);
      if (type !== 'connection_ack') return;
      for (let i = 1; i <= 102; i++) socket.send(JSON.stringify(subscribe(String(i))));
    });
    await until(() => refused.length === 2);
    expect(refused.sort()).toEqual(['101 RATE_LIMITED', '102 RATE_LIMITED']);
    await until(() => gateway.streams.count() === 100);
    socket.send(JSON.stringify({ id: '1', type: 'complete' }));
    await until(() => gateway.streams.count() === 99);
  });

  it('opens nothing if it is closed meanwhile', async () => {
    for (let i = 0; i < 20; i++) {
      const socket = new WebSocket(url(gateway), 'graphql-transport-ws');
      socket.on('open', () => socket.send(JSON.stringify(init())));
      await new Promise((resolve) => socket.once('message', resolve));
      socket.send(JSON.stringify(subscribe('1')));
      if (i % 2 === 0) socket.send(JSON.stringify({ id: '1', type: 'complete' }));
      setImmediate(() => socket.terminate());
    }
    await until(() => gateway.streams.count() === 0 && gateway.inFlight() === 0);
  });

  it('can be opened by pages of the gateway itself and of CORS_ORIGINS', async () => {
    const { host } = new URL(gateway.url);
    for (const origin of [ALLOWED, `http://${host}`, `https://${host}`]) {
      expect(await ending([init()], { origin })).toBe('acknowledged');
    }
    for (const origin of ['https://other.example', `${ALLOWED}.evil.example`, 'null', 'http://127.0.0.1']) {
      expect(await ending([init()], { origin })).toBe('Unexpected server response: 403');
    }
  });

  it('at another path, and another protocol, are answered like any request', async () => {
    const upgrade = (path: string, to: string) =>
      sendRaw(
        gateway.url,
        `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: ${to}\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
      ).then(received);
    expect((await upgrade('/health/live', 'h2c')).status).toBe(200);
    expect((await upgrade('/health/live', 'websocket')).status).toBe(200);
    expect((await upgrade('/v1/customer-segments', 'websocket')).status).toBe(401);
    expect((await upgrade('/graphql?query={__typename}', 'h2c')).status).toBe(200);
    expect((await upgrade('/graphql', 'websocket')).status).toBe(101);
  });

  it('behind a router needs its secret in the request', async () => {
    const behind = await secondGateway(gateway, { routerSecret: ROUTER_SECRET });
    closers.push(() => behind.stop());
    const secret = { 'x-router-secret': ROUTER_SECRET };
    const account = { 'x-account-id': 'ada', 'x-account-scopes': 'segments:read' };
    expect(await ending([init()], {}, behind)).toMatch(/^4403 Only a router/);
    expect(await ending([init({ ...secret, ...account })], {}, behind)).toMatch(/^4403 Only a router/);
    expect(await ending([init()], secret, behind)).toBe('acknowledged');
    expect(await ending([JSON.parse(INIT)], { ...secret, ...account }, behind)).toBe('acknowledged');
    expect(await ending([init(account)], secret, behind)).toMatch(/^4403 Send a valid token/);
  });
});

describe('A persisted subscription', () => {
  it('is begun by its id over both transports', async () => {
    const persistedOperations = new Map([['follow', FOLLOW]]);
    const other = await secondGateway(gateway, { persistedOperations });
    closers.push(() => other.stop());
    const after = await headOf();
    await createSegment(draft({ name: 'persisted' }), gateway.context());

    const controller = new AbortController();
    closers.unshift(() => controller.abort());
    const parameters = new URLSearchParams({ documentId: 'follow', variables: JSON.stringify({ after }) });
    const init = initOf(gateway, { headers: { accept: 'text/event-stream' } });
    const { body } = await fetch(`${other.url}/graphql?${parameters}`, {
      ...init,
      signal: controller.signal,
    });
    let text = '';
    for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      if (text.includes('"persisted"')) break;
    }

    const refused = await overWebSocket(FOLLOW, { at: other });
    expect(await refused.ended).toMatchObject([{ extensions: { code: 'PERSISTED_QUERY_ONLY' } }]);
    const client = createClient({
      url: `${other.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: gateway.authorization('ada'),
    });
    closers.unshift(() => client.dispose());
    const extensions = { persistedQuery: { version: 1, sha256Hash: 'follow' } };
    for await (const { data } of client.iterate<Json>({ query: '', variables: { after }, extensions })) {
      expect(data?.segmentEvents.segment).toEqual({ name: 'persisted' });
      break;
    }
  });
});
