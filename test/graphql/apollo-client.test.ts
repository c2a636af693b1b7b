import { createHash } from 'node:crypto';
import * as apollo3 from 'apollo-client-3/core/index.js';
import * as persisted3 from 'apollo-client-3/link/persisted-queries/index.js';
import * as apollo4 from 'apollo-client-4';
import * as persisted4 from 'apollo-client-4/link/persisted-queries';
import { parse, print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { draft, type TestGateway, testGateway } from '../harness.ts';

// With __typename, as Apollo's clients send them.
const LIST = parse('query List { segments { nodes { name __typename } __typename } }');
const CREATE = parse(
  'mutation Create($input: CreateSegmentInput!) { createSegment(input: $input) { ... on CreateSegmentPayload { segment { name __typename } __typename } __typename } }',
);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

interface Options {
  useGETForHashedQueries?: boolean;
}

interface Run {
  query(): Promise<unknown>;
  mutate(): Promise<unknown>;
  /** The requests that were sent, and whether each had the text of the operation. */
  sent: { method: string; hasText: boolean; status: number }[];
}

/** The real clients with their link for automatic persisted queries, on a fetch that records requests. */
const CLIENTS: Record<string, (gateway: TestGateway, options?: Options) => Run> = {
  'Apollo Client 3': (gateway, options) => {
    const { sent, fetch } = recording(gateway);
    const http = new apollo3.HttpLink({ uri: `${gateway.url}/graphql`, fetch });
    const link = persisted3.createPersistedQueryLink({ sha256, ...options }).concat(http);
    const client = new apollo3.ApolloClient({ link, cache: new apollo3.InMemoryCache() });
    return {
      sent,
      query: async () => (await client.query({ query: LIST, fetchPolicy: 'network-only' })).data,
      mutate: async () => (await client.mutate({ mutation: CREATE, variables: { input: draft() } })).data,
    };
  },
  'Apollo Client 4': (gateway, options) => {
    const { sent, fetch } = recording(gateway);
    const http = new apollo4.HttpLink({ uri: `${gateway.url}/graphql`, fetch });
    const link = new persisted4.PersistedQueryLink({ sha256, ...options }).concat(http);
    const client = new apollo4.ApolloClient({ link, cache: new apollo4.InMemoryCache() });
    return {
      sent,
      query: async () => (await client.query({ query: LIST, fetchPolicy: 'network-only' })).data,
      mutate: async () => (await client.mutate({ mutation: CREATE, variables: { input: draft() } })).data,
    };
  },
};

function recording(gateway: TestGateway) {
  const sent: Run['sent'] = [];
  const recorded = async (input: string | URL | Request, init: RequestInit = {}) => {
    const headers = { ...Object.fromEntries(new Headers(init.headers)), ...gateway.authorization('ada') };
    const response = await fetch(input, { ...init, headers });
    const hasTextInUrl = init.method === 'GET' ? new URL(String(input)).searchParams.has('query') : undefined;
    const hasText = hasTextInUrl ?? 'query' in JSON.parse(String(init.body));
    sent.push({ method: init.method ?? 'GET', hasText, status: response.status });
    return response;
  };
  return { sent, fetch: recorded };
}

const LISTED = { segments: { nodes: expect.any(Array) } };
const CREATED = { createSegment: { segment: { name: draft().name } } };

describe.each(Object.entries(CLIENTS))('%s with automatic persisted queries', (_, start) => {
  const gateway = testGateway();

  it('falls back to texts if there are no persisted operations, and sends no more hashes', async () => {
    const { query, mutate, sent } = start(gateway);
    expect(await query()).toMatchObject(LISTED);
    expect(await mutate()).toMatchObject(CREATED);
    expect(await query()).toMatchObject(LISTED);
    expect(sent.map(({ hasText }) => hasText)).toEqual([false, true, true, true]);
  });

  it('falls back to the text of a mutation', async () => {
    const { mutate, sent } = start(gateway);
    expect(await mutate()).toMatchObject(CREATED);
    expect(sent.map(({ hasText }) => hasText)).toEqual([false, true]);
  });

  it('falls back to the text if it sends hashes by GET', async () => {
    const { query, sent } = start(gateway, { useGETForHashedQueries: true });
    expect(await query()).toMatchObject(LISTED);
    expect(sent.map(({ method, hasText }) => [method, hasText])).toEqual([
      ['GET', false],
      ['POST', true],
    ]);
  });
});

describe.each(Object.entries(CLIENTS))('%s with persisted operations only', (_, start) => {
  const persistedOperations = new Map(
    [LIST, CREATE].map((document) => [sha256(print(document)), print(document)]),
  );
  const gateway = testGateway({ persistedOperations });
  const closed = testGateway({ persistedOperations: new Map([['other', '{ __typename }']]) });

  it.each([false, true])('sends hashes and no texts (by GET: %s)', async (useGETForHashedQueries) => {
    const { query, mutate, sent } = start(gateway, { useGETForHashedQueries });
    expect(await query()).toMatchObject(LISTED);
    expect(await mutate()).toMatchObject(CREATED);
    const read = useGETForHashedQueries ? 'GET' : 'POST';
    expect(sent).toEqual([
      { method: read, hasText: false, status: 200 },
      { method: 'POST', hasText: false, status: 200 },
    ]);
  });

  it('fails for an unknown operation after trying its text once', async () => {
    const { query, sent } = start(closed);
    await expect(query()).rejects.toThrow();
    expect(sent).toEqual([
      { method: 'POST', hasText: false, status: 404 },
      { method: 'POST', hasText: true, status: 404 },
    ]);
  });
});
