import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSegment, deleteSegment, updateSegment } from '../../src/segments/resolvers.ts';
import { type Json, restAt } from '../client.ts';
import { draft, eventHead, secondGateway, testGateway, viewers, type Who } from '../harness.ts';
import { until } from '../until.ts';
import { type Message, openSource } from './event-source.ts';

const MAX_STREAMS = 5;
const gateway = testGateway({ maxStreamsPerAccount: MAX_STREAMS, streamReviewMs: 20, heartbeatMs: 20 });

const create = (as: Who = 'ada', name = 'n') => createSegment(draft({ name }), gateway.context(as));
const headOf = async (as: Who = 'ada') => String(await eventHead(gateway, as));
const cursorsIn = (messages: readonly Message[]) => messages.map(({ data }) => Number(data.cursor));
const from = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);
const noneOpen = () => until(() => gateway.streams.count() === 0);

describe('GET /v1/events with Accept: text/event-stream', () => {
  it('sends each new event as the log has it, with its cursor as id and its type as name', async () => {
    const head = await headOf();
    const source = await openSource(gateway);
    expect(source.response.status).toBe(200);
    expect(source.response.headers.get('content-type')).toBe('text/event-stream');
    expect(source.response.headers.get('cache-control')).toBe('no-store');
    expect(source.response.headers.get('x-request-id')).toMatch(/./);
    expect(source.text()).toMatch(new RegExp(`^retry: 1000\nid: ${head}\n\n`));
    const { id } = await create();
    await updateSegment({ id, criteria: 'two\nlines' }, gateway.context());
    await deleteSegment({ id }, gateway.context());
    await until(() => source.messages.length === 3);
    source.cut();
    const { body } = await restAt(gateway, `/v1/events?after=${head}`);
    expect(source.messages.map(({ data }) => data.id)).toEqual(body.data.map((event: Json) => event.id));
    expect(source.messages.at(-1)).toEqual({
      id: body.data[2].cursor,
      event: 'customer_segment.deleted',
      data: body.data[2],
    });
    await noneOpen();
  });

  it('begins behind Last-Event-ID, otherwise behind `after`, and goes on with new events', async () => {
    const head = Number(await headOf());
    for (const _ of [1, 2, 3]) await create();
    const byHeader = await openSource(gateway, `?after=${head}`, {
      headers: { 'last-event-id': String(head + 2) },
    });
    const byParameter = await openSource(gateway, `?after=${head}`, { headers: { 'last-event-id': '' } });
    await until(() => byParameter.messages.length === 3);
    await create();
    await until(() => byParameter.messages.length === 4 && byHeader.messages.length === 2);
    expect(cursorsIn(byHeader.messages)).toEqual(from(head + 3, head + 4));
    expect(cursorsIn(byParameter.messages)).toEqual(from(head + 1, head + 4));
    byHeader.cut();
    byParameter.cut();
    await noneOpen();
  });

  it('brings each account its own events, each once and in order, across cuts at any moment', async () => {
    const COUNT = 120;
    const cuts = fc.sample(fc.integer({ min: 1, max: 9 }), { numRuns: 1_000, seed: 13 });
    const accounts: Who[] = ['ada', 'bob'];
    const heads = new Map(
      await Promise.all(accounts.map(async (who) => [who, Number(await headOf(who))] as const)),
    );

    /** Reads until it has all events. Cuts the connection after a few messages, again and again. */
    const readAll = async (who: Who): Promise<Message[]> => {
      const seen: Message[] = [];
      let id = String(heads.get(who));
      while (seen.length < COUNT) {
        let left = cuts.pop() ?? 1;
        const source = await openSource(gateway, '', {
          as: who,
          headers: { 'last-event-id': id },
          onMessage(message, { cut }) {
            seen.push(message);
            left -= 1;
            if (left === 0 || seen.length === COUNT) cut();
          },
        });
        expect(await source.ended).toBe(false);
        id = source.lastEventId() ?? id;
      }
      return seen;
    };
    const write = async (who: Who) => {
      for (let i = 0; i < COUNT; i++) await create(who, `${who} ${i}`);
    };
    const [ofAda = [], ofBob = []] = await Promise.all([
      readAll('ada'),
      readAll('bob'),
      write('ada'),
      write('bob'),
    ]);
    for (const [who, seen] of [
      ['ada', ofAda],
      ['bob', ofBob],
    ] as const) {
      const head = heads.get(who) ?? 0;
      expect(cursorsIn(seen)).toEqual(from(head + 1, head + COUNT));
      expect(seen.map(({ data }) => data.segment.name)).toEqual(from(0, COUNT - 1).map((i) => `${who} ${i}`));
    }
    await noneOpen();
  });

  it('sends only events of `type`, and tells how far it is past the others', async () => {
    const head = Number(await headOf());
    const types = '?type=customer_segment.deleted&type=customer_segment.updated';
    const source = await openSource(gateway, types);
    const { id } = await create();
    await create();
    await until(() => source.lastEventId() === String(head + 2));
    expect(source.messages).toEqual([]);
    source.cut();
    await deleteSegment({ id }, gateway.context());
    await noneOpen();
    gateway.statements.length = 0;
    const resumed = await openSource(gateway, types, {
      headers: { 'last-event-id': source.lastEventId() ?? '' },
    });
    await until(() => resumed.messages.length === 1);
    expect(resumed.messages[0]).toMatchObject({
      event: 'customer_segment.deleted',
      data: { segment_id: id },
    });
    await until(() => resumed.lastEventId() === String(head + 3));
    resumed.cut();
    await noneOpen();
  });

  it('sends signs of life that no client takes for an event', async () => {
    const head = await headOf();
    const source = await openSource(gateway);
    await until(() => source.text().split(`id: ${head}\n\n`).length > 3);
    expect(source.messages).toEqual([]);
    source.cut();
    await noneOpen();
  });

  it('holds no place of a request, and one point of the rate limit', async () => {
    const source = await openSource(gateway);
    expect(gateway.inFlight()).toBe(0);
    source.cut();
    await noneOpen();
  });

  it('answers HEAD with the same headers, and opens nothing', async () => {
    const { status, headers } = await restAt(gateway, '/v1/events', {
      method: 'HEAD',
      headers: { accept: 'text/event-stream' },
    });
    expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    await noneOpen();
  });

  it.each([
    ['text/event-stream', true],
    ['text/*', true],
    ['text/event-stream, application/json;q=0.9', true],
    ['application/json, text/event-stream', false],
    ['application/json', false],
    ['text/event-stream;q=0', false],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', false],
    ['*/*', false],
  ])('Accept: %s', async (accept, isStream) => {
    const { headers } = await restAt(gateway, '/v1/events', { method: 'HEAD', headers: { accept } });
    expect(headers.get('content-type')).toBe(isStream ? 'text/event-stream' : 'application/json');
    await noneOpen();
  });
});

describe('A stream that cannot be opened', () => {
  const refused = (query: string, as: Who | null = 'ada', headers = {}) =>
    restAt(gateway, `/v1/events${query}`, { as, headers: { accept: 'text/event-stream', ...headers } });

  it('is a problem, as for any request', async () => {
    expect(await refused('', null)).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    expect(await refused('', 'writer')).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect((await refused('', 'writer')).headers.get('content-type')).toBe('application/problem+json');
    expect(await refused('', 'ada', { 'if-match': '"1"' })).toMatchObject({ status: 412 });
    expect(await refused('', 'ada', { 'if-none-match': '*' })).toMatchObject({ status: 304 });
    expect(gateway.streams.count()).toBe(0);
  });

  it.each([
    ['?limit=5', 'limit', 'cannot be combined with Accept: text/event-stream'],
    ['?segment=x', 'segment', 'cannot be combined with Accept: text/event-stream'],
    ['?request_id=x', 'request_id', 'cannot be combined with Accept: text/event-stream'],
    ['?wait=5', 'wait', 'cannot be combined with Accept: text/event-stream'],
    ['?fast=1', 'fast', 'is not a recognised parameter'],
    ['?types=x', 'types', 'is not a recognised parameter'],
    ['?after=x', 'after', 'is not a cursor of this log: "x"'],
    ['?after=999999', 'after', expect.stringContaining('is beyond the newest event')],
    ['?type=x', 'type', expect.stringContaining('must be one of customer_segment.created')],
  ])('%s is refused by name', async (query, param, message) => {
    const { status, body } = await refused(query);
    expect([status, body.errors]).toEqual([400, [{ param, message }]]);
    expect(gateway.streams.count()).toBe(0);
  });

  it('says so if Last-Event-ID is wrong', async () => {
    const errors = async (id: string) => (await refused('', 'ada', { 'last-event-id': id })).body.errors;
    expect(await errors('x')).toEqual([
      { param: 'Last-Event-ID', message: 'is not a cursor of this log: "x"' },
    ]);
    expect(await errors('999999')).toMatchObject([{ param: 'Last-Event-ID' }]);
  });

  it('is 410 if events behind its cursor are no longer kept', async () => {
    await create('bob');
    const { $client } = gateway.database;
    await $client.query(`update event_heads set pruned_to = 1 where account_id = 'bob'`);
    expect(await refused('?after=0', 'bob')).toMatchObject({ status: 410, body: { code: 'CURSOR_EXPIRED' } });
    expect(gateway.streams.count()).toBe(0);
  });

  it('is 429 if the account has too many, until one of them ends', async () => {
    const sources = await Promise.all(Array.from({ length: MAX_STREAMS }, () => openSource(gateway)));
    const { status, body, headers } = await refused('');
    expect([status, body.code, headers.get('retry-after')]).toEqual([429, 'RATE_LIMITED', '5']);
    const ofBob = await openSource(gateway, '', { as: 'bob' });
    expect(ofBob.response.status).toBe(200);
    sources.pop()?.cut();
    await until(() => gateway.streams.count() === MAX_STREAMS);
    sources.push(await openSource(gateway), ofBob);
    for (const { cut } of sources) cut();
    await noneOpen();
  });
});

describe('A stream ends', () => {
  it('with the problem, if its token is revoked', async () => {
    const { accountId, scopes } = viewers.ada;
    const made = await gateway.tokens.create({
      accountId,
      name: 'short',
      scopes: [...scopes],
      expiresAt: null,
    });
    const headers = { authorization: `Bearer ${made.token}` };
    const source = await openSource(gateway, '', { as: null, headers });
    await create();
    await until(() => source.messages.length === 1);
    await gateway.tokens.revoke(made.id);
    expect(await source.ended).toBe(true);
    expect(source.messages.at(-1)).toMatchObject({
      event: 'error',
      data: { status: 401, code: 'UNAUTHENTICATED', request_id: source.response.headers.get('x-request-id') },
    });
    await noneOpen();
  });

  it('in good order when the gateway stops, without an error', async () => {
    const other = await secondGateway(gateway);
    const at = { url: other.url, authorization: gateway.authorization };
    const head = Number(await headOf());
    const sources = await Promise.all([openSource(at), openSource(at, '?after=0')]);
    await until(() => sources[1]?.messages.length === head);
    const stopped = other.stop();
    for (const source of sources) expect(await source.ended).toBe(true);
    await stopped;
    expect(sources[0]?.messages).toEqual([]);
    await create();
    const resumed = await openSource(gateway, '', {
      headers: { 'last-event-id': sources[0]?.lastEventId() ?? '' },
    });
    await until(() => resumed.messages.length === 1);
    expect(cursorsIn(resumed.messages)).toEqual([head + 1]);
    resumed.cut();
    await noneOpen();
  });
});
