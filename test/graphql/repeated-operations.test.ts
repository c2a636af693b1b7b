import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Context } from '../../src/context.ts';
import { graphqlEngine } from '../../src/graphql/engine/engine.ts';
import { isSubscribed } from '../../src/graphql/engine/subscription.ts';
import { plannedOperation } from '../../src/graphql/planner/planned-operation.ts';
import { schema } from '../../src/graphql/schema.ts';
import { boundReads } from '../../src/segments/bounded-reads.ts';
import { cursorOf } from '../../src/segments/segment-order.ts';
import { segmentWith, testGateway, viewers } from '../harness.ts';
import { LIMIT_MS } from '../limits.ts';
import { patiently } from '../patiently.ts';
import { type RandomRequest, randomRequest } from './random-document.ts';

/** The number of documents. `npm run test:chaos` tries a hundred thousand, different ones each time. */
const DOCUMENTS = Number(process.env.DOCUMENTS ?? 2_000);
const seed = process.env.DOCUMENTS ? undefined : 20261125;

const gateway = testGateway();
const run = graphqlEngine({ schema, introspection: true, boundReads });

/** Three accounts with the same segments under the same ids, one for each time that a request is sent. */
const ACCOUNTS = ['first', 'second', 'third'];
const TIME = '2026-01-0';
const ROWS = ['a', 'b', 'c', 'd'].map((name, i) => ({
  id: `000000000000000${i}`,
  name,
  at: new Date(`${TIME}${i + 1}T00:00:00.000Z`),
}));

async function restore(): Promise<void> {
  const { $client } = gateway.database;
  const ids = ROWS.map(({ id }) => id);
  await $client.query('delete from segments');
  await $client.query('delete from idempotency_keys');
  await $client.query('delete from events');
  await $client.query('delete from event_heads');
  // The trigger logs each row: one event after the other, in the order of the rows.
  await $client.query(
    `insert into segments (account_id, id, name, criteria, description, created_at, updated_at)
     select account, id, name, 'the criteria', 'the description', at, at
     from unnest($1::text[]) as account, unnest($2::text[], $3::text[], $4::timestamptz[]) as row (id, name, at)
     order by account, id`,
    [ACCOUNTS, ids, ROWS.map(({ name }) => name), ROWS.map(({ at }) => at.toISOString())],
  );
  await $client.query(
    `update events set request_id = 'request ' || n, occurred_at = (segment->>'created_at')::timestamptz,
       type = (array['SEGMENT_CREATED', 'SEGMENT_UPDATED'])[n % 2 + 1],
       before = case n % 2 when 1 then json_build_object('criteria', array['former']) end`,
  );
}

const cursors = (['ASC', 'DESC'] as const).flatMap((direction) =>
  (['CREATED_AT', 'NAME', 'UPDATED_AT'] as const).map((field) => {
    const [row] = ROWS;
    if (!row) throw new TypeError('There is no row.');
    const { at, ...rest } = row;
    const segment = segmentWith({ ...rest, createdAt: at, updatedAt: at });
    return cursorOf({ field, direction }, segment);
  }),
);
const ids = [...ROWS.map(({ id }) => id), 'zzzzzzzzzzzzzzzz', 'x'];
const versions = [1, 1, 2];
const PLACES = ['0', '1', '2', '3', '4', 'x'];

const requests = randomRequest({
  schema,
  without: new Set(['_Service.sdl']), // long, and the same for everyone
  pools: {
    ID: ids,
    Int: [1, 2, 3, 0],
    String: ['a', 'b', 'x', ''],
    DateTime: ['2026-01-02T00:00:00Z', '2026-01-03T00:00:00.000+01:00', 'today'],
    _Any: [
      ...ids.map((id) => ({ __typename: 'Segment', id })),
      { __typename: 'Segment' },
      { __typename: 'X' },
    ],
    'segments.after': [...cursors, 'x'],
    'segments.before': [...cursors, 'x'],
    'segmentEvents.after': PLACES,
    'segmentEvents.before': PLACES,
    'events.after': PLACES,
    'events.before': PLACES,
    'SegmentEventFilter.requestId': ['request 1', 'request 2', 'test', 'x'],
    'CreateSegmentInput.idempotencyKey': ['k', 'l', 'no key'],
    'DeleteSegmentInput.expectedVersion': versions,
    'UpdateSegmentInput.expectedVersion': versions,
  },
});

type Stores = Pick<Context, 'segments' | 'events' | 'members'>;

/**
 * The same stores, but their answers arrive in the order of the calls, each in its own turn of the event loop. Otherwise the
 * database decides which of two fields fails first, and whether the second error is still reported once the first has
 * nulled the answer. A call is sent again if the machine is so slow that a connection could not be opened in time.
 */
function inOrder({ segments: { birth, ...segments }, events, members }: Stores): Stores {
  let last: Promise<unknown> = Promise.resolve();
  const waiting = (store: object) => {
    const calls = Object.entries(store).map(([name, call]) => {
      const ordered = (...given: unknown[]) => {
        const answer = patiently(async () => Reflect.apply(call, store, given));
        answer.catch(() => {}); // it may fail before its turn
        const turn = last.then(() => answer);
        last = turn.then(
          () => nextTurn(),
          () => nextTurn(),
        );
        return turn;
      };
      return [name, ordered];
    });
    return Object.fromEntries(calls);
  };
  return { segments: { birth, ...waiting(segments) }, events: waiting(events), members: waiting(members) };
}

/** The same stores, but they fetch every column, whatever is selected. */
const whole = ({ segments, events, members }: Stores): Stores => ({
  segments: {
    ...segments,
    get: ({ texts: _, ...key }) => segments.get(key),
    getMany: ({ texts: _, ...keys }) => segments.getMany(keys),
    list: ({ texts: _, ...list }) => segments.list(list),
  },
  events: { ...events, read: ({ contents: _, ...part }) => events.read(part) },
  members,
});

/** What a caller sees of a request, and what it costs. Values that the database or the clock generates are left out. */
async function answerTo(
  { query, operationName, variables }: RandomRequest,
  accountId: string,
  stores: Stores = gateway,
) {
  const spent: number[] = [];
  const context: Context = {
    ...gateway.context(),
    viewer: {
      accountId,
      callerId: accountId,
      scopes: viewers.ada.scopes,
      actor: { kind: 'TOKEN', id: 'the id', name: 'the name' },
    },
    ...inOrder(stores),
    spend: async (points) => void spent.push(points),
    observe: (observation) => {
      throw observation.kind === 'fault' ? observation.error : new Error(observation.kind);
    },
  };
  const params = { query, variables, ...(operationName !== undefined && { operationName }) };
  const result = await run(params, { method: 'POST', traced: false }, context);
  if (isSubscribed(result)) throw new TypeError('No random document is a subscription.');
  const { data, errors } = result;
  const text = JSON.stringify({ data, errors, spent });
  return text
    .replaceAll(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, (time) => (time.startsWith(`"${TIME}`) ? time : '"now"'))
    .replaceAll(/"((?:evt_[0-9A-Za-z]{9})?)([0-9A-Za-z]{16})"/g, (whole, place, id) =>
      ids.includes(id) ? whole : `"${place}new"`,
    );
}

describe('an operation that repeats', () => {
  it('has the data, errors and cost that it had at first, when every column was fetched', {
    timeout: LIMIT_MS.test + DOCUMENTS * 300,
  }, async () => {
    let planned = 0;
    let isDirty = true;
    const fresh = async (request: RandomRequest, account: string, stores?: Stores) => {
      if (isDirty) await restore();
      isDirty = /\bmutation\b/.test(request.query);
      return answerTo(request, account, stores);
    };
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const document = parse(request.query);
        fc.pre(validate(schema, document).length === 0);
        const [one = '', two = '', three = ''] = ACCOUNTS;
        const first = await fresh(request, one, whole(gateway));
        await fresh(request, two); // from here on it is known
        expect(await fresh(request, three)).toBe(first);
        planned += plannedOperation(schema, document, request.operationName) ? 1 : 0;
      }),
      { numRuns: DOCUMENTS, ...(seed !== undefined && { seed }), endOnFailure: true },
    );
    expect(planned).toBeGreaterThan(DOCUMENTS * 0.8);
  });
});
