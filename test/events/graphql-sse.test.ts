import { setImmediate as nextTurn } from 'node:timers/promises';
import { createClient } from 'graphql-sse';
import { describe, expect, it } from 'vitest';
import { createSegment, deleteSegment, updateSegment } from '../../src/segments/resolvers.ts';
import { draft, testGateway, type Who } from '../harness.ts';

const gateway = testGateway({ streamReviewMs: 50, maxStreamsPerAccount: 3 });

const FOLLOW =
  'subscription ($after: String) { segmentEvents(after: $after) { cursor type segment { name } } }';

interface Followed {
  cursor: string;
  type: string;
  segment: { name: string } | null;
}

/** Follows the log with the client of the protocol's authors. */
async function* followed(variables: { after?: string } = {}, who: Who = 'ada'): AsyncGenerator<Followed> {
  const client = createClient({
    url: `${gateway.url}/graphql`,
    headers: gateway.authorization(who),
    retryAttempts: 0,
  });
  try {
    for await (const { data, errors } of client.iterate<{ segmentEvents: Followed }>({
      query: FOLLOW,
      variables,
    })) {
      if (errors) throw new Error(JSON.stringify(errors));
      if (data) yield data.segmentEvents;
    }
  } finally {
    client.dispose();
  }
}

async function take(stream: AsyncGenerator<Followed>, count: number): Promise<Followed[]> {
  const taken: Followed[] = [];
  for await (const event of stream) {
    taken.push(event);
    if (taken.length === count) break;
  }
  return taken;
}

const post = (
  query: string,
  { accept = 'text/event-stream', who = 'ada' as Who, signal = AbortSignal.any([]) } = {},
) =>
  fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { ...gateway.authorization(who), accept, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
    signal,
  });

const SUBSCRIPTION = 'subscription { segmentEvents { cursor } }';

describe('a GraphQL subscription over Server-Sent Events', () => {
  it('gets the events behind a cursor, and then each as it happens', async () => {
    const context = gateway.context();
    const { id } = await createSegment(draft({ name: 'a' }), context);
    const events = followed({ after: '0' });
    expect((await events.next()).value).toEqual({
      cursor: '1',
      type: 'SEGMENT_CREATED',
      segment: { name: 'a' },
    });
    await updateSegment({ id, name: 'b' }, context);
    expect((await events.next()).value).toEqual({
      cursor: '2',
      type: 'SEGMENT_UPDATED',
      segment: { name: 'b' },
    });
    await deleteSegment({ id }, context);
    expect((await events.next()).value).toEqual({ cursor: '3', type: 'SEGMENT_DELETED', segment: null });
    await events.return(undefined);
    await expect.poll(gateway.streams.count).toBe(0);
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
      const more = Math.min(60 - seen.length, 1 + Math.floor(Math.random() * 9));
      seen.push(...(await take(followed({ after: seen.at(-1)?.cursor ?? '0' }, 'bob'), more)));
    }
    await writing;
    expect(seen.map(({ cursor }) => Number(cursor))).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
  });

  it('gets a final error when its token is revoked', async () => {
    const { token, id } = await gateway.tokens.create({
      accountId: 'ada',
      name: 'short',
      scopes: ['segments:read'],
      expiresAt: null,
    });
    const response = await fetch(`${gateway.url}/graphql?query=${encodeURIComponent(SUBSCRIPTION)}`, {
      headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    await gateway.tokens.revoke(id);
    const text = await response.text();
    expect(text).toContain('"code":"UNAUTHENTICATED"');
    expect(text).toMatch(/event: complete\ndata: \n\n$/);
  });

  it('is refused with a status before it begins', async () => {
    expect((await post(SUBSCRIPTION, { who: 'writer' })).headers.get('content-type')).toBe(
      'text/event-stream',
    );
    const withoutToken = await fetch(`${gateway.url}/graphql?query=${encodeURIComponent(SUBSCRIPTION)}`, {
      headers: { authorization: 'Bearer x', accept: 'text/event-stream' },
    });
    expect(withoutToken.status).toBe(401);
  });

  it('is one of as many as an account may have', async () => {
    const leaving = new AbortController();
    const open = await Promise.all(
      Array.from({ length: 3 }, () => post(SUBSCRIPTION, { signal: leaving.signal })),
    );
    expect(open.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await (await post(SUBSCRIPTION)).text()).toContain('"code":"RATE_LIMITED"');
    leaving.abort();
    await expect.poll(gateway.streams.count).toBe(0);
  });
});

it('a query for a caller that accepts a stream alone is one result and the end', async () => {
  const text = await (await post('{ segments(first: 1) { nodes { id } } }')).text();
  expect(text).toMatch(/^event: next\ndata: \{"data":\{"segments".*\}\n\nevent: complete\ndata: \n\n$/);
});
