import { randomUUID } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { Refusal } from '../../src/errors/refusals.ts';
import { listEvents } from '../../src/events/resolvers.ts';
import { createSegment, getSegment, getSegments, updateSegment } from '../../src/segments/resolvers.ts';
import { birthOf, idPrefix } from '../../src/segments/segment-id.ts';
import { draft, eventHead, secondGateway, testGateway } from '../harness.ts';
import { patiently } from '../patiently.ts';
import { until } from '../until.ts';
import { imported, importOf, linesOf, statusesOf } from './import-calls.ts';

const gateway = testGateway();
const newSegment = (name: string, as: 'ada' | 'bob' = 'ada') =>
  patiently(() => createSegment(draft({ name }), gateway.context(as)));
const read = (id: string, as: 'ada' | 'bob' = 'ada') =>
  patiently(async () => getSegment({ id }, gateway.context(as)));
const drafts = (count: number) => Array.from({ length: count }, (_, i) => draft({ name: `n${i}` }));
const eventsAfter = async (place: number) => {
  const { events } = await patiently(() => listEvents.parse({ first: 100 }, gateway.context()));
  return events.filter(({ n }) => n > place);
};
const SECOND = 1_000;
/** An id of a segment from the beginning of 2026. */
const oldId = (i: number) => idPrefix(Date.UTC(2026, 0, 1)) + String(i).padStart(8, '0');

describe('a line without an id', () => {
  it('creates a segment, in the order of the file', async () => {
    const head = await eventHead(gateway, 'ada');
    const { ids, results, summary } = await imported(gateway, drafts(3));
    expect(results).toEqual(ids.map((id, i) => ({ line: i + 1, status: 'created', id })));
    expect(summary).toEqual({ created: 3, updated: 0, unchanged: 0, failed: 0, complete: true });
    const found = await patiently(() => getSegments({ ids }, gateway.context()));
    expect(found.map((segment) => segment?.name)).toEqual(['n0', 'n1', 'n2']);
    expect(await eventsAfter(head)).toMatchObject(
      ids.map((segmentId) => ({ type: 'SEGMENT_CREATED', segmentId })),
    );
  });

  it('creates another segment each time without an idempotency key', async () => {
    const [first, second] = [await imported(gateway, drafts(1)), await imported(gateway, drafts(1))];
    expect(first.ids).not.toEqual(second.ids);
  });
});

describe('a line with an id', () => {
  const LINE = { ...draft(), id: oldId(0), updated_at: 1_790_000_000 };

  it('creates the segment with its id and its times', async () => {
    const { results } = await imported(gateway, [LINE]);
    expect(results).toEqual([{ line: 1, status: 'created', id: LINE.id }]);
    expect(await read(LINE.id)).toMatchObject({
      createdAt: birthOf(LINE.id),
      updatedAt: new Date(LINE.updated_at * SECOND),
      version: 1,
    });
  });

  it('creates it as never changed without a time of change, or with one before its creation', async () => {
    const ids = [oldId(1), oldId(2)];
    await imported(gateway, [
      { ...draft(), id: ids[0] },
      { ...draft(), id: ids[1], updated_at: 5 },
    ]);
    for (const segment of await patiently(() => getSegments({ ids }, gateway.context()))) {
      expect(segment?.updatedAt).toEqual(segment?.createdAt);
    }
  });

  it('never has a time of change in the future', async () => {
    const id = oldId(3);
    await imported(gateway, [{ ...draft(), id, updated_at: 253_402_300_799 }]);
    expect(Number((await read(id))?.updatedAt)).toBeLessThan(Date.now() + 3_600 * SECOND);
  });

  it('replaces the segment, and its event has what it was before', async () => {
    const { id } = await newSegment('before');
    const head = await eventHead(gateway, 'ada');
    const result = await imported(gateway, [{ ...draft({ name: 'after' }), id }]);
    expect(result.results).toEqual([{ line: 1, status: 'updated', id }]);
    expect(await read(id)).toMatchObject({ name: 'after', version: 2 });
    expect(await eventsAfter(head)).toMatchObject([
      { type: 'SEGMENT_UPDATED', version: 2, segmentId: id, details: { name: ['before'] } },
    ]);
  });

  it('replaces it at the time in the file, unless it was changed since then', async () => {
    const id = oldId(4);
    await imported(gateway, [{ ...draft(), id }]);
    const then = 1_795_000_000;
    await imported(gateway, [{ ...draft({ name: 'n1' }), id, updated_at: then }]);
    expect((await read(id))?.updatedAt).toEqual(new Date(then * SECOND));
    await imported(gateway, [{ ...draft({ name: 'n2' }), id, updated_at: then - 1 }]);
    expect(Number((await read(id))?.updatedAt)).toBeGreaterThan(then * SECOND);
  });

  it('leaves a segment that is the same, and writes no event', async () => {
    const { id } = await newSegment('same');
    const head = await eventHead(gateway, 'ada');
    expect(statusesOf(await imported(gateway, [{ ...draft({ name: 'same' }), id }]))).toEqual(['unchanged']);
    expect(await eventsAfter(head)).toEqual([]);
    expect(await read(id)).toMatchObject({ version: 1 });
  });

  it('follows an earlier line with the same id', async () => {
    const { id } = await newSegment('n0');
    const lines = ['n1', 'n2', 'n2'].map((name) => ({ ...draft({ name }), id }));
    expect(statusesOf(await imported(gateway, lines))).toEqual(['updated', 'updated', 'unchanged']);
    expect(await read(id)).toMatchObject({ name: 'n2', version: 3 });
  });

  it('never reaches the segment of another account', async () => {
    const { id } = await newSegment('of Bob', 'bob');
    expect(statusesOf(await imported(gateway, [{ ...draft({ name: 'of Ada' }), id }]))).toEqual(['created']);
    expect(await read(id)).toMatchObject({ name: 'of Ada', version: 1 });
    expect(await read(id, 'bob')).toMatchObject({ name: 'of Bob', version: 1 });
  });
});

describe('a line that fails', () => {
  const FILE = [draft(), { ...draft({ name: '' }), id: 'x', size: 1 }, draft()];

  it('says why, and the others are imported', async () => {
    const { results, summary } = await imported(gateway, FILE);
    expect(results).toMatchObject([
      { status: 'created' },
      {
        line: 2,
        status: 'failed',
        code: 'INVALID_INPUT',
        errors: [
          {
            param: 'id',
            message: 'must be the id of a segment, 16 letters and digits, or be omitted, not "x"',
          },
          { param: 'name', message: 'must have 1 to 255 characters, not 0' },
          { param: 'size', message: 'is not a recognised parameter' },
        ],
      },
      { status: 'created' },
    ]);
    expect(summary).toMatchObject({ created: 2, failed: 1, complete: true });
  });

  it('is the last one with onError stop: those before it are imported, those after it are not', async () => {
    const head = await eventHead(gateway, 'ada');
    const result = await imported(gateway, FILE, { onError: 'stop' });
    expect(statusesOf(result)).toEqual(['created', 'failed']);
    expect(result.summary.complete).toBe(false);
    expect(await eventHead(gateway, 'ada')).toBe(head + 1);
  });

  it('can be one that could not be read', async () => {
    const file = async function* () {
      yield [{ number: 7, problems: [{ param: '', message: 'must be JSON' }] }];
    };
    const { results } = await importOf(gateway, file);
    expect((await results.next()).value).toEqual([
      { line: 7, status: 'failed', code: 'INVALID_INPUT', errors: [{ param: '', message: 'must be JSON' }] },
    ]);
    await results.return(undefined);
  });
});

it('a dry run says what would happen, and writes nothing', async () => {
  const { id } = await newSegment('n0');
  const head = await eventHead(gateway, 'ada');
  const lines = [draft(), { ...draft({ name: 'n1' }), id }, { ...draft({ name: 'n0' }), id }, {}];
  const result = await imported(gateway, lines, { dryRun: true, idempotencyKey: randomUUID() });
  expect(statusesOf(result)).toEqual(['created', 'updated', 'unchanged', 'failed']);
  expect(result.results[0]).not.toHaveProperty('id');
  expect(await eventHead(gateway, 'ada')).toBe(head);
});

it('results arrive while the file is still being sent', async () => {
  const rest = Promise.withResolvers<void>();
  const file = async function* () {
    yield linesOf([draft()]);
    await rest.promise;
    yield [{ number: 2, properties: { ...draft() } }];
  };
  const { results } = await importOf(gateway, file);
  expect((await results.next()).value).toMatchObject([{ line: 1, status: 'created' }]);
  rest.resolve();
  expect((await results.next()).value).toMatchObject([{ line: 2, status: 'created' }]);
  expect(await results.next()).toMatchObject({ done: true });
});

it('a reader that leaves ends the import', async () => {
  const isClosed = vi.fn();
  const file = async function* () {
    try {
      for (;;) yield linesOf([draft()]);
    } finally {
      isClosed();
    }
  };
  const { results, summary } = await importOf(gateway, file);
  await results.next();
  await results.return(undefined);
  expect(summary()).toMatchObject({ complete: false });
  await until(() => isClosed.mock.calls.length === 1);
  expect(gateway.uploads.count()).toBe(0);
});

it('an account can have two imports at a time', async () => {
  const never = Promise.withResolvers<void>();
  const file = async function* () {
    yield linesOf([draft()]);
    await never.promise;
  };
  const open = await Promise.all([importOf(gateway, file), importOf(gateway, file), importOf(gateway, file)]);
  for (const { results } of open.slice(0, 2)) await results.next();
  await expect(open[2]?.results.next()).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  await Promise.all(open.map(({ results }) => results.return(undefined)));
});

it('lines beyond the limit of the account fail, and those that replace segments do not', async () => {
  const limited = await secondGateway(gateway, { maxSegmentsPerAccount: 2 });
  const context = {
    ...gateway.context('bob'),
    viewer: { ...gateway.context('bob').viewer, accountId: 'limited' },
  };
  const as = { ...context, quota: limited.quota } as object;
  const { ids } = await imported(gateway, drafts(1), { context: as });
  const lines = [...drafts(3), { ...draft({ name: 'other' }), id: ids[0] }];
  const result = await imported(gateway, lines, { context: as });
  expect(statusesOf(result)).toEqual(['created', 'failed', 'failed', 'updated']);
  expect(result.results[1]).toMatchObject({ code: 'QUOTA_EXCEEDED' });
  await limited.stop();
});

it('waits for points instead of failing', async () => {
  const spent = vi.fn();
  const spend = async (points: number) => {
    spent(points);
    throw new Refusal('RATE_LIMITED', 'No points are left.', { headers: { 'retry-after': '0.01' } });
  };
  expect((await imported(gateway, drafts(3), { context: { spend } })).summary.created).toBe(3);
  expect(spent).toHaveBeenCalledWith(3);
});

it('ends when the token of the caller has ended', async () => {
  const rest = Promise.withResolvers<void>();
  const file = async function* () {
    yield linesOf([draft()]);
    await rest.promise;
    yield linesOf([draft()]);
  };
  const { results } = await importOf(gateway, file, { context: { identify: async () => null } });
  await results.next();
  const now = performance.now();
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now + 11 * SECOND);
  rest.resolve();
  await expect(results.next()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  clock.mockRestore();
});

it('a change that is made between reading and writing a segment is not lost', async () => {
  const { id } = await newSegment('n0');
  const { segments } = gateway;
  const write = segments.imports.write;
  const context = {
    segments: {
      ...segments,
      imports: {
        ...segments.imports,
        write: async (written: Parameters<typeof write>[0]) => {
          if ((await read(id))?.version === 1) {
            await updateSegment({ id, description: 'by another' }, gateway.context());
          }
          return write(written);
        },
      },
    },
  };
  await imported(gateway, [{ ...draft({ name: 'n1' }), id }], { context });
  const events = (await patiently(() => listEvents.parse({ first: 100 }, gateway.context()))).events;
  const ofSegment = events.filter(({ segmentId }) => segmentId === id);
  expect(ofSegment.map(({ version }) => version)).toEqual([1, 2, 3]);
  expect(await read(id)).toMatchObject({ name: 'n1', description: draft().description, version: 3 });
});
