import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Client, createClient } from 'graphql-ws';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createSegment } from '../../src/segments/resolvers.ts';
import { draft, testGateway, type Who } from '../harness.ts';

const gateway = testGateway({ streamReviewMs: 50, maxStreamsPerAccount: 3 });

const FOLLOW = 'subscription ($after: String) { segmentEvents(after: $after) { cursor segment { name } } }';

interface Followed {
  cursor: string;
  segment: { name: string } | null;
}

const clients: Client[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose();
  await expect.poll(gateway.streams.count).toBe(0);
});

const url = () => `${gateway.url.replace('http', 'ws')}/graphql`;

function clientOf(
  who: Who | null = 'ada',
  token = who ? gateway.authorization(who).authorization : undefined,
): Client {
  const connectionParams = token === undefined ? {} : { authorization: token };
  const client = createClient({ url: url(), webSocketImpl: WebSocket, connectionParams, retryAttempts: 0 });
  clients.push(client);
  return client;
}

async function* followed(client: Client, after?: string): AsyncGenerator<Followed> {
  try {
    for await (const { data } of client.iterate<{ segmentEvents: Followed }>({
      query: FOLLOW,
      variables: { after },
    })) {
      if (data) yield data.segmentEvents;
    }
  } catch (errors) {
    throw new Error(JSON.stringify(errors)); // the client throws the payload of a message of type `error`
  }
}

describe('a GraphQL subscription over WebSocket', () => {
  it('gets the events behind a cursor, and then each as it happens', async () => {
    const context = gateway.context();
    await createSegment(draft({ name: 'a' }), context);
    const events = followed(clientOf(), '0');
    expect((await events.next()).value).toEqual({ cursor: '1', segment: { name: 'a' } });
    await createSegment(draft({ name: 'b' }), context);
    expect((await events.next()).value).toEqual({ cursor: '2', segment: { name: 'b' } });
    await events.return(undefined);
  });

  it('resumes behind the last event that it got, however often it is cut', async () => {
    const context = gateway.context('bob');
    const writing = (async () => {
      for (let i = 0; i < 60; i++) {
        await createSegment(draft({ name: `${i}` }), context);
        if (i % 7 === 0) await nextTurn();
      }
    })();
    const seen: Followed[] = [];
    while (seen.length < 60) {
      const client = clientOf('bob');
      const more = 1 + Math.floor(Math.random() * 9);
      for await (const event of followed(client, seen.at(-1)?.cursor ?? '0')) {
        seen.push(event);
        if (seen.length % more === 0 || seen.length === 60) break;
      }
      client.terminate();
    }
    await writing;
    expect(seen.map(({ cursor }) => Number(cursor))).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
  });

  it('gets a final error when its token is revoked', async () => {
    const scopes = ['segments:read'];
    const { token, id } = await gateway.tokens.create({
      accountId: 'ada',
      name: 's',
      scopes,
      expiresAt: null,
    });
    const next = followed(clientOf(null, `Bearer ${token}`)).next();
    await expect.poll(gateway.streams.count).toBe(1);
    await gateway.tokens.revoke(id);
    await expect(next).rejects.toThrow('UNAUTHENTICATED');
  });

  it('is one of as many as an account may have', async () => {
    const client = clientOf();
    const open = Array.from({ length: 3 }, () => followed(client).next());
    for (const next of open) next.catch(() => {});
    await expect.poll(gateway.streams.count).toBe(3);
    await expect(followed(clientOf()).next()).rejects.toThrow('RATE_LIMITED');
  });
});

describe('a WebSocket', () => {
  /** How the gateway closes a connection, or refuses it. */
  const closed = (options: { message?: string; protocol?: string }) =>
    new Promise<string>((resolve) => {
      const { message, protocol = 'graphql-transport-ws' } = options;
      const socket = new WebSocket(url(), protocol);
      socket.on('open', () => message && socket.send(message));
      socket.on('close', (code) => resolve(String(code)));
      socket.on('error', (error) => resolve(error.message));
    });
  const INIT = '{"type":"connection_init"}';

  it.each([
    ['without a token', { message: INIT }, '4403'],
    ['that sends no JSON', { message: 'x' }, '4400'],
    ['that sends nothing', {}, '4408'],
    ['with a large message', { message: `"${'x'.repeat(65_536)}"` }, '1009'],
    ['of another protocol', { protocol: 'graphql-ws', message: INIT }, 'Server sent no subprotocol'],
  ])('%s is closed', async (_, options, outcome) => {
    expect(await closed(options)).toBe(outcome);
  });

  it('refuses queries and mutations, because the size of their answers is not bounded by one event', async () => {
    const ask = async (query: string) => {
      for await (const result of clientOf().iterate({ query })) return result;
      return null;
    };
    for (const query of ['{ segments { totalCount } }', 'mutation { __typename }']) {
      for (let i = 0; i < 3; i++) await expect(ask(query)).rejects.toMatchObject([{ message: /over HTTP/ }]);
    }
    await expect(ask('subscription { nothing }')).rejects.toMatchObject([
      { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
  });
});
