import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { segmentQuota } from '../../src/segments/quota.ts';
import { graphql, rest } from '../client.ts';
import { doors, given } from '../doors.ts';
import { draft, segmentWith, testGateway, type Who } from '../harness.ts';

const MAX_SEGMENTS = 3;
const gateway = testGateway({ maxSegmentsPerAccount: MAX_SEGMENTS });
const CREATE = `mutation ($input: CreateSegmentInput!) { createSegment(input: $input) {
  __typename ... on SegmentError { message } ... on SegmentQuotaExceeded { limit } } }`;

const create = (as: Who = 'ada', headers = {}) =>
  rest(gateway, '', { method: 'POST', body: draft(), as, headers });
const idsOf = async (as: Who = 'ada'): Promise<string[]> =>
  (await rest(gateway, '?limit=100', { as })).body.data.map(({ id }: { id: string }) => id);
const fill = async () => {
  while ((await idsOf()).length < MAX_SEGMENTS) await create();
};

beforeEach(async () => {
  for (const id of await idsOf()) await rest(gateway, `/${id}`, { method: 'DELETE' });
});

describe('an account that has its maximum number of segments', () => {
  it('cannot create another over REST, and is told the limit', async () => {
    await fill();
    const { status, body } = await create();
    expect([status, body.code]).toEqual([403, 'QUOTA_EXCEEDED']);
    expect(body.detail).toContain('3 segments');
    expect(await idsOf()).toHaveLength(MAX_SEGMENTS);
  });

  it('cannot create another over GraphQL, and gets the refusal as data', async () => {
    await fill();
    const { status, body } = await graphql(gateway, CREATE, { input: draft() });
    expect(status).toBe(200);
    expect(body).toEqual({
      data: {
        createSegment: {
          __typename: 'SegmentQuotaExceeded',
          message: 'This account is limited to 3 segments. Delete segments before you create others.',
          limit: MAX_SEGMENTS,
        },
      },
    });
  });

  it('can create another for each that it deletes', async () => {
    await fill();
    for (const id of await idsOf()) {
      expect((await create()).status).toBe(403);
      await rest(gateway, `/${id}`, { method: 'DELETE' });
      expect((await create()).status).toBe(201);
    }
  });

  it('gets the first response again if it repeats a creation, but a refusal for a different one', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const first = await create('ada', key);
    await fill();
    const again = await create('ada', key);
    expect([again.status, again.body.id]).toEqual([201, first.body.id]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const other = { method: 'POST', body: draft({ name: 'other' }), headers: key };
    expect((await rest(gateway, '', other)).body.code).toBe('IDEMPOTENCY_KEY_REUSED');
    expect((await create('ada', { 'idempotency-key': randomUUID() })).body.code).toBe('QUOTA_EXCEEDED');
  });

  it('can still read and change its segments, and does not affect other accounts', async () => {
    await fill();
    const [id] = await idsOf();
    expect((await rest(gateway, `/${id}`, { method: 'PUT', body: { name: 'n' } })).status).toBe(200);
    expect((await create('bob')).status).toBe(201);
  });
});

it('never lets more creations through than there is room for, at once and repeated', async () => {
  const key = { 'idempotency-key': randomUUID() };
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, i) => create('ada', i % 3 === 0 ? key : {})),
  );
  const ids = new Set(answers.filter(({ status }) => status === 201).map(({ body }) => body.id));
  expect(ids.size).toBeLessThanOrEqual(MAX_SEGMENTS);
  await fill();
  expect(await idsOf()).toHaveLength(MAX_SEGMENTS);
  expect((await create()).status).toBe(403);
});

it('does not count a creation that fails', async () => {
  for (let i = 0; i < 2 * MAX_SEGMENTS; i++) {
    expect((await rest(gateway, '', { method: 'POST', body: draft({ name: '' }) })).status).toBe(400);
  }
  await gateway.database.$client.query(
    "alter table segments add constraint no_failure check (name <> 'fail')",
  );
  for (let i = 0; i < 2 * MAX_SEGMENTS; i++) {
    const failing = { method: 'POST', body: draft({ name: 'fail' }) };
    expect((await rest(gateway, '', failing)).status).toBe(500);
  }
  for (let i = 0; i < MAX_SEGMENTS; i++) expect((await create()).status).toBe(201);
});

it.each(doors)('through $name, an account that has its maximum is told so', async ({ create }) => {
  for (let i = 0; i < MAX_SEGMENTS; i++) given(await create(gateway, draft(), 'ada'));
  expect(await create(gateway, draft(), 'ada')).toMatchObject({
    code: expect.stringMatching(/QUOTA_EXCEEDED|SegmentQuotaExceeded/),
  });
});

describe('a count of the segments of an account', () => {
  const segment = segmentWith();
  const none = async () => null;

  /** A quota over a number of rows, with a clock that only moves when a test sets it. */
  function quotaWithClock(max: number) {
    const state = { rows: 0, now: 0, counts: 0, held: null as Promise<number> | null };
    const count = async () => {
      state.counts += 1;
      const { held } = state;
      state.held = null;
      return held ?? state.rows;
    };
    const quota = segmentQuota(max, count, { now: () => state.now });
    const create = async () => {
      state.rows += 1;
      return segment;
    };
    return {
      state,
      quota,
      make: () =>
        quota.within('ada', create, none).then(
          () => 'made',
          ({ code }) => code,
        ),
      remove: async () => {
        state.rows -= 1;
        return segment;
      },
      /** Makes a count necessary, which lasts until the returned function is called with its result. */
      nextCount() {
        const { promise, resolve } = Promise.withResolvers<number>();
        state.now += 60_000;
        state.held = promise;
        return async (saw: number) => {
          resolve(saw);
          await nextTurn();
        };
      },
    };
  }

  it('is taken once for many creations, and again when it is outdated', async () => {
    const { state, make } = quotaWithClock(1_000);
    await Promise.all(Array.from({ length: 500 }, make));
    await make();
    expect(state.counts).toBe(1);
    state.now = 60_000;
    await make();
    await make();
    expect(state.counts).toBe(2);
  });

  it('is corrected by the next one if another gateway creates segments meanwhile', async () => {
    const { state, make, nextCount } = quotaWithClock(3);
    await make();
    const finishCount = nextCount();
    expect(await make()).toBe('made'); // starts a new count, but does not wait for it
    state.rows = 4;
    await finishCount(4);
    expect(await make()).toBe('QUOTA_EXCEEDED');
  });

  it('that includes segments created meanwhile is repeated before a creation is refused', async () => {
    const { make, nextCount } = quotaWithClock(4);
    await make();
    const finishCount = nextCount();
    expect([await make(), await make()]).toEqual(['made', 'made']);
    await finishCount(3);
    expect([await make(), await make()]).toEqual(['made', 'QUOTA_EXCEEDED']);
  });

  it('that misses deletions made meanwhile is repeated before a creation is refused', async () => {
    const { quota, make, remove, nextCount } = quotaWithClock(2);
    await Promise.all([make(), make()]);
    const finishCount = nextCount();
    const waiting = make();
    await quota.freeing('ada', remove);
    await finishCount(2);
    expect([await waiting, await make()]).toEqual(['made', 'QUOTA_EXCEEDED']);
  });

  it('that includes a deletion still in progress does not let the limit be exceeded', async () => {
    const { quota, make, remove, nextCount } = quotaWithClock(2);
    await Promise.all([make(), make()]);
    const end = Promise.withResolvers<void>();
    const deleted = quota.freeing('ada', async () => {
      const segment = await remove();
      await end.promise;
      return segment;
    });
    const finishCount = nextCount();
    const waiting = make();
    await finishCount(1);
    end.resolve();
    await deleted;
    expect([await waiting, await make()]).toEqual(['made', 'QUOTA_EXCEEDED']);
  });

  it('that reaches the limit because of a creation in progress does not refuse a retry of it', async () => {
    const { quota } = quotaWithClock(1);
    const { promise, resolve } = Promise.withResolvers<typeof segment>();
    let made: typeof segment | null = null;
    const first = quota.within('ada', () => promise, none);
    await nextTurn(); // the account is counted, and the first has taken the only place
    const again = quota.within(
      'ada',
      () => Promise.reject(new Error('made twice')),
      async () => made,
    );
    const other = quota.within('ada', () => Promise.reject(new Error('one too many')), none);
    await nextTurn();
    made = segment;
    resolve(segment);
    expect(await Promise.all([first, again])).toEqual([segment, segment]);
    await expect(other).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
  });

  it('that takes long does not delay a creation for long', async () => {
    const quota = segmentQuota(3, () => new Promise(() => {}));
    expect(await quota.within('ada', async () => segment, none)).toBe(segment);
  });

  it('that fails does not make a creation fail', async () => {
    const quota = segmentQuota(3, () => Promise.reject(new Error('away')));
    expect(await quota.within('ada', async () => segment, none)).toBe(segment);
  });
});
