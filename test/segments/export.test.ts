import { beforeAll, describe, expect, it } from 'vitest';
import { createSegments } from '../../src/segments/bulk/resolvers.ts';
import { exportSegments } from '../../src/segments/export/resolvers.ts';
import { createSegment, getSegment, listSegments, updateSegment } from '../../src/segments/resolvers.ts';
import type { Segment } from '../../src/segments/segment.ts';
import { segmentOf } from '../../src/segments/store/row.ts';
import { draft, origin, testGateway, viewers, type Who } from '../harness.ts';
import { until } from '../until.ts';
import { exported, fill, listed } from './exported.ts';

const gateway = testGateway();
beforeAll(() => fill(gateway, 2_500));

const begin = (who: Who = 'ada') => exportSegments({}, gateway.context(who));
const lane = () => gateway.database.export.$client;
/** How many connections of the lane are in use. */
const inUse = () => lane().totalCount - lane().idleCount;

/** The descriptions of `fill` begin with the account. */
const ownerOf = ({ description }: Segment): string => description.slice(0, 3);

async function expectNothingInUse(): Promise<void> {
  await until(() => gateway.exports.count() === 0 && inUse() === 0);
}

describe('An export', () => {
  it('has every segment of the account in the table, by id, and no other', async () => {
    const segments = await exported({}, gateway.context());
    const { rows } = await gateway.database.$client.query({
      text: `select account_id, id, name, date_part('epoch', created_at) * 1000, date_part('epoch', updated_at) * 1000, version, criteria, description
             from segments where account_id = 'ada' order by id`,
      rowMode: 'array',
    });
    expect(rows).toHaveLength(2_500);
    expect(segments).toEqual(rows.map(segmentOf));
    await expectNothingInUse();
  });

  it.each([
    {},
    { name: { eq: 'name 3' } },
    { name: { eq: 'nobody' } },
    { criteria: { eq: 'criteria 4' } },
    { name: { eq: 'name 3' }, criteria: { eq: 'criteria 1' } },
    { name: { in: ['name 3', 'name 1'] } },
    { name: { in: ['name 3', 'name 1'] }, criteria: { in: ['criteria 1', 'criteria 0'] } },
    { name: { in: [] } },
    { name: { contains: 'E 7' }, criteria: { startsWith: 'crit' } },
    { createdAt: { gte: new Date('2026-01-01T00:05:00Z'), lt: new Date('2026-01-01T00:20:00Z') } },
    { updatedAt: { gte: new Date('2026-01-01T00:05:00Z'), lt: new Date('2026-01-01T00:20:00Z') } },
  ])('has the segments that a list has with the filter %j', async (filter) => {
    const context = gateway.context();
    expect(await exported(filter, context)).toEqual(await listed(filter, context));
  });

  it('has the segments of a member', async () => {
    const ids = ['0Vbq000000000007', '0Vbq000000002400', '0Vbq000000000012'];
    for (const accountId of ['ada', 'bob']) {
      for (const id of ids) {
        await gateway.members.change({ accountId, id, ...origin, add: ['c1', 'c2'], remove: [] });
      }
    }
    const segments = await exported({ member: 'c1' }, gateway.context());
    expect(segments.map(ownerOf)).toEqual(['ada', 'ada', 'ada']);
    expect(segments.map(({ id }) => id)).toEqual(ids.toSorted());
    const named = await exported({ member: 'c1', name: { eq: 'name 7' } }, gateway.context());
    expect(named.map(({ id }) => id)).toEqual(['0Vbq000000000007']);
  });

  it('has the cursor of the newest event, and starts at 0 like the log', async () => {
    const fresh = { ...gateway.context(), viewer: { ...viewers.ada, accountId: 'fresh' } };
    const { headCursor, pages } = await exportSegments({}, fresh);
    expect(headCursor).toBe('0');
    expect(await pages.next()).toEqual({ done: true, value: undefined });
  });

  it('requires the scope of members for a member', async () => {
    await expect(exported({ member: 'c1' }, gateway.context('reader'))).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    await expect(exported({}, gateway.context('writer'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await exported({}, gateway.context('reader'))).toHaveLength(2_500);
  });
});

describe('Memory', () => {
  const fetches = () => gateway.statements.filter(({ text }) => text.startsWith('fetch ')).length;

  it('has at most one page that its reader has not requested', async () => {
    gateway.statements.length = 0;
    const { pages } = await begin();
    expect(fetches()).toBe(0);
    for (let read = 1; !(await pages.next()).done; read += 1) {
      await getSegment({ id: 'none' }, gateway.context()); // leaves time for another page
      expect(fetches()).toBeLessThanOrEqual(read + 1);
    }
  });

  it('has pages of at most a megabyte if texts are as long as they can be', async () => {
    const long = 'x'.repeat(5_000);
    const carl = { ...gateway.context(), viewer: { ...viewers.ada, accountId: 'carl' } };
    const large = draft({ criteria: long, description: long });
    for (let i = 0; i < 3; i += 1) {
      await createSegments({ segments: Array.from({ length: 100 }, () => large) }, carl);
    }
    const { pages } = await exportSegments({}, carl);
    const sizes: number[] = [];
    for await (const page of pages) sizes.push(page.length * (2 * long.length));
    expect(sizes.length).toBeGreaterThan(3);
    expect(Math.max(...sizes)).toBeLessThan(1024 * 1024);
  });
});

describe('A reader that stops', () => {
  it('before the first page frees the connection and the place', async () => {
    const { pages } = await begin();
    expect([gateway.exports.count(), inUse()]).toEqual([1, 1]);
    await pages.return(undefined);
    await expectNothingInUse();
    await expect(pages.next()).resolves.toEqual({ done: true, value: undefined });
  });

  it('in the middle frees the connection and the place', async () => {
    const { pages } = await begin();
    for await (const page of pages) {
      expect(page.length).toBeGreaterThan(0);
      break;
    }
    await expectNothingInUse();
  });

  it('with an error frees the connection and the place', async () => {
    const { pages } = await begin();
    await pages.next();
    await expect(pages.throw(new Error('The disk is full.'))).rejects.toThrow();
    await expectNothingInUse();
  });

  it('because its client is gone frees the connection and the place, even if it never says so', async () => {
    let hangUp = () => {};
    const context = { ...gateway.context(), onGone: (listener: () => void) => (hangUp = listener) };
    const { pages } = await exportSegments({}, context);
    await pages.next();
    hangUp();
    await expectNothingInUse();
  });
});

describe('Exports at the same time', () => {
  it('are limited to one of an account, and two of a process', async () => {
    const ada = await begin();
    await expect(begin()).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    const bob = await begin('bob');
    const other = { ...gateway.context(), viewer: { ...viewers.ada, accountId: 'other' } };
    await expect(exportSegments({}, other)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await ada.pages.return(undefined);
    expect(await exported({}, gateway.context())).toHaveLength(2_500);
    await bob.pages.return(undefined);
    await expectNothingInUse();
  });

  it('of two accounts have no segment of each other', async () => {
    const [ada, bob] = await Promise.all([begin(), begin('bob')]);
    const seen = new Set<string>();
    for (;;) {
      const [mine, theirs] = await Promise.all([ada.pages.next(), bob.pages.next()]);
      if (mine.done || theirs.done) break;
      for (const segment of mine.value) seen.add(`ada reads ${ownerOf(segment)}`);
      for (const segment of theirs.value) seen.add(`bob reads ${ownerOf(segment)}`);
    }
    expect([...seen].toSorted()).toEqual(['ada reads ada', 'bob reads bob']);
  });

  it('whose readers have paused delay nobody', async () => {
    const [ada, bob] = await Promise.all([begin(), begin('bob')]);
    await Promise.all([ada.pages.next(), bob.pages.next()]);
    const other = { ...gateway.context(), viewer: { ...viewers.ada, accountId: 'other' } };
    await expect(listSegments({ first: 100 }, other)).resolves.toMatchObject({ segments: [] });
    await expect(createSegment(draft(), other)).resolves.toMatchObject(draft());
    const change = { id: '0Vbq000000000001', name: 'changed' };
    await expect(updateSegment(change, gateway.context())).resolves.toMatchObject(change);
    await Promise.all([ada.pages.return(undefined), bob.pages.return(undefined)]);
  });

  it('give up their places as requests before they read', async () => {
    const left: string[] = [];
    const context = { ...gateway.context(), leavePlace: () => void left.push('place') };
    const { pages } = await exportSegments({}, context);
    expect(left).toEqual(['place']);
    await pages.return(undefined);
  });
});
