import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonRow } from '../../src/database/sql/row-json.ts';
import type { Event } from '../../src/events/event.ts';
import type { Gateway } from '../../src/gateway/gateway.ts';
import { segmentIds } from '../../src/segments/segment-id.ts';
import { initOf } from '../client.ts';
import { draft, eventHead, origin, secondGateway, testGateway, type Who } from '../harness.ts';
import { type Acknowledged, flawsOf, type Logged } from './log-flaws.ts';
import { wholeLog } from './whole-log.ts';

const gateway = testGateway();
/** `LOGS=500` is the long run. */
const RUNS = Number(process.env.LOGS ?? 12);
const newSegment = segmentIds(Date.now);
let second: Gateway;

beforeAll(async () => {
  second = await secondGateway(gateway, { poolSize: 5 });
});
afterAll(() => second.stop());

const ACCOUNTS: Who[] = ['ada', 'bob'];
const acknowledged: Record<string, Acknowledged[]> = { ada: [], bob: [] };

/** A request: which account sends it to which gateway, and the segment and the key that it uses, if it uses any. */
interface Request {
  who: Who;
  isSecond: boolean;
  target: number;
  kind:
    | 'create'
    | 'create with a key'
    | 'create two'
    | 'update'
    | 'update another version'
    | 'update with an invalid name'
    | 'delete';
}

const requests = fc.array(
  fc.record({
    who: fc.constantFrom(...ACCOUNTS),
    isSecond: fc.boolean(),
    target: fc.nat(3),
    kind: fc.constantFrom<Request['kind']>(
      'create',
      'create with a key',
      'create two',
      'update',
      'update',
      'update another version',
      'update with an invalid name',
      'delete',
    ),
  }),
  { minLength: 20, maxLength: 120 },
);

const CREATE_TWO = `mutation { a: createSegment(input: { name: "a", criteria: "c", description: "" }) { ...made }
  b: createSegment(input: { name: "b", criteria: "c", description: "" }) { ...made } }
  fragment made on CreateSegmentPayload { segment { id } }`;

/** Sends a request, and notes what was acknowledged. Each account has its own segments and keys. */
async function send({ who, isSecond, target, kind }: Request, ids: Record<string, string[]>, run: string) {
  const requestId = randomUUID();
  const ask = async (path: string, method: string, body?: object, headers = {}) => {
    const init = initOf(gateway, {
      method,
      as: who,
      headers: { 'x-request-id': requestId, ...headers },
      ...(body && { body }),
    });
    const response = await fetch((isSecond ? second.url : gateway.url) + path, init);
    const text = await response.text();
    return {
      ...response,
      status: response.status,
      headers: response.headers,
      body: text && JSON.parse(text),
    };
  };
  const note = (type: Logged['type'], segmentId: string, version: number | null) =>
    acknowledged[who]?.push({ requestId, type, segmentId, version });
  const path = `/v1/customer-segments/${ids[who]?.[target]}`;

  if (kind === 'create two') {
    const { body } = await ask('/graphql', 'POST', { query: CREATE_TWO });
    for (const { segment } of Object.values<{ segment: { id: string } }>(body.data))
      note('SEGMENT_CREATED', segment.id, 1);
  } else if (kind === 'create' || kind === 'create with a key') {
    const key = kind === 'create' ? {} : { 'idempotency-key': `${run}-${target}` };
    const { status, headers, body } = await ask('/v1/customer-segments', 'POST', draft(), key);
    expect(status).toBe(201);
    if (!headers.has('idempotent-replayed')) note('SEGMENT_CREATED', body.id, 1);
  } else if (kind === 'delete') {
    const { status } = await ask(path, 'DELETE');
    if (status === 204) note('SEGMENT_DELETED', ids[who]?.[target] ?? '', null);
    else expect(status).toBe(404);
  } else {
    const name = kind === 'update with an invalid name' ? '' : requestId;
    const match = kind === 'update another version' ? { 'if-match': '"999"' } : {};
    const { status, headers, body } = await ask(path, 'PUT', { name }, match);
    const version = Number(headers.get('etag')?.replaceAll('"', ''));
    if (status === 200) note('SEGMENT_UPDATED', body.id, version);
    else expect([400, 404, 412]).toContain(status);
  }
}

const logOf = (who: Who) => wholeLog(gateway.events, who);

describe('the log of an account', () => {
  it('has each acknowledged write once, in the order of versions, numbered without a gap, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (all) => {
        const ids: Record<string, string[]> = {};
        for (const who of ACCOUNTS) {
          ids[who] = await Promise.all([0, 1, 2, 3].map(() => createAs(who)));
        }
        const run = randomUUID();
        await Promise.all(all.map((request) => send(request, ids, run)));
        for (const who of ACCOUNTS) {
          const log = await logOf(who);
          expect(flawsOf(log, acknowledged[who] ?? [])).toEqual([]);
          expect(await eventHead(gateway, who)).toBe(log.length);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('says for each event who made the change, and no time after now', async () => {
    const events = await logOf('ada');
    expect(new Set(events.map(({ actor }) => `${actor.kind} ${actor.name}`))).toEqual(new Set(['TOKEN ada']));
    for (const { occurredAt } of events) expect(occurredAt.getTime()).toBeLessThanOrEqual(Date.now() + 1_000);
  });

  it('has in each update exactly the values that the event before it had and that differ', async () => {
    const events = await logOf('bob');
    for (const ofOne of Map.groupBy(events, ({ segmentId }) => segmentId).values()) {
      if (ofOne.at(-1)?.type === 'SEGMENT_DELETED') continue; // nothing of it is shown
      ofOne.reduce((before, after) => {
        if (after.type === 'SEGMENT_UPDATED') expect(after.details).toEqual(changesOf(before, after));
        return after;
      });
    }
  });

  it('has no event of a call that the database refused, and the numbers of the others have no gap', async () => {
    const before = await eventHead(gateway, 'ada');
    const create = (more: { id?: string } = {}) =>
      gateway.segments.create({ ...origin, accountId: 'ada', ...newSegment(), ...draft(), ...more });
    const made = await create();
    const outcomes = await Promise.allSettled([create(), create({ id: made.id }), create()]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const added = await wholeLog(gateway.events, 'ada', before);
    expect(added.map(({ n }) => n - before)).toEqual([1, 2, 3]);
    expect(added.map(({ segmentId }) => segmentId).toSorted()).toEqual(
      [made, ...outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))]
        .map((segment) => segment.id)
        .toSorted(),
    );
  });
});

async function createAs(who: Who): Promise<string> {
  const requestId = randomUUID();
  const context = { ...gateway.context(who), requestId };
  const actor = context.viewer?.actor ?? origin.actor;
  const made = await gateway.segments.create({
    requestId,
    actor,
    accountId: who,
    ...newSegment(),
    ...draft(),
  });
  acknowledged[who]?.push({ requestId, type: 'SEGMENT_CREATED', segmentId: made.id, version: 1 });
  return made.id;
}

/** The former values of what differs between the segments of two events, without its times and version. */
function changesOf({ segment: before }: Event, { segment: after }: Event): JsonRow {
  return Object.fromEntries(
    ['name', 'criteria', 'description']
      .filter((name) => before?.[name] !== after?.[name])
      .map((name) => [name, [before?.[name]]]),
  );
}
