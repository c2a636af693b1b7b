import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { segmentQuota } from '../../src/segments/quota.ts';
import { graphql, rest } from '../client.ts';
import { doors, given } from '../doors.ts';
import { draft, segmentWith, testGateway, type Who } from '../harness.ts';

const MAX = 3;
const gateway = testGateway({ maxSegmentsPerAccount: MAX });
const CREATE = `mutation ($input: CreateSegmentInput!) { createSegment(input: $input) {
  __typename ... on SegmentError { message } ... on SegmentQuotaExceeded { limit } } }`;

const create = (as: Who = 'ada', headers = {}) =>
  rest(gateway, '', { method: 'POST', body: draft(), as, headers });
const idsOf = async (as: Who = 'ada'): Promise<string[]> =>
  (await rest(gateway, '?limit=100', { as })).body.data.map(({ id }: { id: string }) => id);
const fill = async () => {
  while ((await idsOf()).length < MAX) await create();
};

beforeEach(async () => {
  for (const id of await idsOf()) await rest(gateway, `/${id}`, { method: 'DELETE' });
});

describe('an account that has as many segments as it may', () => {
  it('is refused another over REST, in words that name the limit', async () => {
    await fill();
    const { status, body } = await create();
    expect([status, body.code]).toEqual([403, 'QUOTA_EXCEEDED']);
    expect(body.detail).toContain('3 segments');
    expect(await idsOf()).toHaveLength(MAX);
  });

  it('is refused another over GraphQL, as data', async () => {
    await fill();
    const { status, body } = await graphql(gateway, CREATE, { input: draft() });
    expect(status).toBe(200);
    expect(body).toEqual({
      data: {
        createSegment: {
          __typename: 'SegmentQuotaExceeded',
          message: 'This account is limited to 3 segments. Delete segments before you create others.',
          limit: MAX,
        },
      },
    });
  });

  it('has room again for each that it deletes', async () => {
    await fill();
    for (const id of await idsOf()) {
      expect((await create()).status).toBe(403);
      await rest(gateway, `/${id}`, { method: 'DELETE' });
      expect((await create()).status).toBe(201);
    }
  });

  it('gets the first answer again to a creation that it repeats, and none to another under its key', async () => {
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

  it('reads and changes what it has, and leaves other accounts alone', async () => {
    await fill();
    const [id] = await idsOf();
    expect((await rest(gateway, `/${id}`, { method: 'PUT', body: { name: 'n' } })).status).toBe(200);
    expect((await create('bob')).status).toBe(201);
  });
});

it('lets exactly as many creations through as there is room for, at once and repeated', async () => {
  const key = { 'idempotency-key': randomUUID() };
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, i) => create('ada', i % 3 === 0 ? key : {})),
  );
  const ids = new Set(answers.filter(({ status }) => status === 201).map(({ body }) => body.id));
  expect(ids.size).toBeLessThanOrEqual(MAX);
  await fill();
  expect(await idsOf()).toHaveLength(MAX);
  expect((await create()).status).toBe(403);
});

it('takes no place for a creation that fails', async () => {
  for (let i = 0; i < 2 * MAX; i++) {
    expect((await rest(gateway, '', { method: 'POST', body: draft({ name: '' }) })).status).toBe(400);
  }
  await gateway.database.$client.query(
    "alter table segments add constraint no_failure check (name <> 'fail')",
  );
  for (let i = 0; i < 2 * MAX; i++) {
    const failing = { method: 'POST', body: draft({ name: 'fail' }) };
    expect((await rest(gateway, '', failing)).status).toBe(500);
  }
  for (let i = 0; i < MAX; i++) expect((await create()).status).toBe(201);
});

it.each(doors)('through $name, an account that is full is told so', async ({ create }) => {
  for (let i = 0; i < MAX; i++) given(await create(gateway, draft(), 'ada'));
  expect(await create(gateway, draft(), 'ada')).toMatchObject({
    code: expect.stringMatching(/QUOTA_EXCEEDED|SegmentQuotaExceeded/),
  });
});

describe('a count', () => {
  const segment = segmentWith();
  const none = async () => null;

  /** A quota over rows that are only counted, by a clock that stands still. */
  function world(max: number) {
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
      /** Makes a count necessary that lasts until it is let go, with what it saw. */
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

  it('is taken once for many creations, and again when it is old', async () => {
    const { state, make } = world(1_000);
    await Promise.all(Array.from({ length: 500 }, make));
    await make();
    expect(state.counts).toBe(1);
    state.now = 60_000;
    await make();
    await make();
    expect(state.counts).toBe(2);
  });

  it('that another gateway fills meanwhile is corrected by the next', async () => {
    const { state, make, nextCount } = world(3);
    await make();
    const letGo = nextCount();
    expect(await make()).toBe('made'); // begins to count again, and does not wait for it
    state.rows = 4;
    await letGo(4);
    expect(await make()).toBe('QUOTA_EXCEEDED');
  });

  it('that saw what was made meanwhile is taken again before a creation is refused', async () => {
    const { make, nextCount } = world(4);
    await make();
    const letGo = nextCount();
    expect([await make(), await make()]).toEqual(['made', 'made']);
    await letGo(3);
    expect([await make(), await make()]).toEqual(['made', 'QUOTA_EXCEEDED']);
  });

  it('that did not see what was deleted meanwhile is taken again before a creation is refused', async () => {
    const { quota, make, remove, nextCount } = world(2);
    await Promise.all([make(), make()]);
    const letGo = nextCount();
    const waiting = make();
    await quota.freeing('ada', remove);
    await letGo(2);
    expect([await waiting, await make()]).toEqual(['made', 'QUOTA_EXCEEDED']);
  });

  it('that saw a deletion whose end came later lets nobody exceed the limit', async () => {
    const { quota, make, remove, nextCount } = world(2);
    await Promise.all([make(), make()]);
    const end = Promise.withResolvers<void>();
    const deleted = quota.freeing('ada', async () => {
      const segment = await remove();
      await end.promise;
      return segment;
    });
    const letGo = nextCount();
    const waiting = make();
    await letGo(1);
    end.resolve();
    await deleted;
    expect([await waiting, await make()]).toEqual(['made', 'QUOTA_EXCEEDED']);
  });

  it('that is full by a creation under way waits for it before the same creation is refused', async () => {
    const { quota } = world(1);
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

  it('that takes long holds up no creation for long', async () => {
    const quota = segmentQuota(3, () => new Promise(() => {}));
    expect(await quota.within('ada', async () => segment, none)).toBe(segment);
  });

  it('that fails is no reason to refuse a creation', async () => {
    const quota = segmentQuota(3, () => Promise.reject(new Error('away')));
    expect(await quota.within('ada', async () => segment, none)).toBe(segment);
  });
});
