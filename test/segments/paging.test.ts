import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSegment, deleteSegment } from '../../src/segments/resolvers.ts';
import { graphql, rest } from '../client.ts';
import { draft, testGateway } from '../harness.ts';

const gateway = testGateway();
const create = async (name = 'n') => (await createSegment(draft({ name }), gateway.context())).id;
const remove = (id: string) => deleteSegment({ id }, gateway.context());

const QUERY = `query ($first: Int, $after: String, $last: Int, $before: String, $orderBy: SegmentOrder, $filter: SegmentFilter) {
  segments(first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy, filter: $filter) {
    nodes { id name } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;

interface Walked {
  ids: string[];
  hasMore: boolean;
}
/** Returns the next page of a walk from the newest segment to the oldest, or back. */
type Walk = (size: number) => Promise<Walked>;

/** A walk over REST, forward: each page starts where the last one ended. It cannot start at the end. */
function restWalk(): Walk {
  let place = '';
  return async (limit) => {
    const from = place && `&starting_after=${place}`;
    const { body } = await rest(gateway, `?limit=${limit}${from}`);
    const ids: string[] = body.data.map(({ id }: { id: string }) => id);
    place = ids.at(-1) ?? place;
    return { ids, hasMore: body.has_more };
  };
}

/** A walk over GraphQL, by cursors. Backward, it starts at the end. */
function graphqlWalk(backward: boolean, orderBy: object | null = null): Walk {
  let cursor: string | null = null;
  return async (size) => {
    const forward = { first: size, after: cursor, orderBy };
    const { body } = await graphql(
      gateway,
      QUERY,
      backward ? { last: size, before: cursor, orderBy } : forward,
    );
    const { nodes, pageInfo } = body.data.segments;
    cursor = (backward ? pageInfo.startCursor : pageInfo.endCursor) ?? cursor;
    const hasMore = backward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage;
    return { ids: nodes.map(({ id }: { id: string }) => id), hasMore };
  };
}

/** What happens to the list between two pages. */
const churn = fc.record({
  size: fc.integer({ min: 1, max: 7 }),
  inserts: fc.nat(2),
  deletes: fc.array(fc.nat(), { maxLength: 3 }),
});

describe('a walk through all pages', () => {
  it.each([
    ['REST, forward', () => restWalk(), false],
    ['GraphQL, forward', () => graphqlWalk(false), false],
    ['GraphQL, backward', () => graphqlWalk(true), true],
  ])('shows each segment that is not deleted once, in order: %s', async (_, walkOf, backward) => {
    await fc.assert(
      fc.asyncProperty(fc.array(churn, { minLength: 1, maxLength: 12 }), async (pages) => {
        const account = await emptied();
        for (let i = 0; i < 12; i++) account.push(await create());
        const walk = walkOf();
        const seen: string[] = [];
        const staying = new Set(account);
        for (let i = 0; ; i++) {
          const { size = 5, inserts = 0, deletes = [] } = pages[i] ?? {};
          const { ids, hasMore } = await walk(size);
          seen.push(...(backward ? ids.toReversed() : ids));
          if (!hasMore) break;
          for (const at of deletes) {
            const id = account.splice(at % account.length, 1)[0];
            if (id && staying.delete(id)) await remove(id);
            if (account.length === 0) break;
          }
          for (let n = 0; n < inserts; n++) await create(); // newer than all others: a walk forward has passed them
        }
        expect(new Set(seen).size).toBe(seen.length);
        expect(seen).toEqual(seen.toSorted(backward ? ascending : descending));
        expect(seen).toEqual(expect.arrayContaining([...staying]));
      }),
      { numRuns: 12 },
    );
  });

  it('returns the same pages through both faces', async () => {
    await emptied();
    for (let i = 0; i < 20; i++) await create();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 25, maxLength: 25 }),
        async (sizes) => {
          const [overRest, overGraphql] = [restWalk(), graphqlWalk(false)];
          for (const size of sizes) {
            const page = await overRest(size);
            expect(await overGraphql(size)).toEqual(page);
            if (!page.hasMore) break;
          }
        },
      ),
      { numRuns: 10 },
    );
  });
});

describe.each([
  ['CREATED_AT', 'ASC'],
  ['CREATED_AT', 'DESC'],
  ['UPDATED_AT', 'ASC'],
  ['UPDATED_AT', 'DESC'],
  ['NAME', 'ASC'],
  ['NAME', 'DESC'],
])('in the order %s %s', (field, direction) => {
  const orderBy = { field, direction };

  it('a walk forward returns the whole list, also with equal names, and a walk back as many segments', async () => {
    await emptied();
    for (const name of ['b', 'a', 'b', 'ä', 'B', 'a', 'b', '𝒳', '\uffff']) await create(name);
    const { body } = await graphql(gateway, QUERY, { first: 100, orderBy });
    const all: string[] = body.data.segments.nodes.map(({ id }: { id: string }) => id);
    expect(all).toHaveLength(9);
    expect(await walked(graphqlWalk(false, orderBy))).toEqual(all);
    expect((await walked(graphqlWalk(true, orderBy))).length).toBe(9);
    if (field === 'NAME') {
      const names: string[] = body.data.segments.nodes.map(({ name }: { name: string }) => name);
      const inBytes = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(names).toEqual(direction === 'ASC' ? inBytes : inBytes.toReversed());
    }
  });
});

describe('a page', () => {
  it('says whether there are segments before and after it', async () => {
    await emptied();
    const ids = [await create(), await create(), await create()];
    const page = async (variables: object) => (await graphql(gateway, QUERY, variables)).body.data.segments;
    const start = await page({ first: 1 });
    expect(start.pageInfo).toMatchObject({ hasPreviousPage: false, hasNextPage: true });
    const middle = await page({ first: 1, after: start.pageInfo.endCursor });
    expect(middle.nodes).toMatchObject([{ id: ids[1] }]);
    expect(middle.pageInfo).toMatchObject({ hasPreviousPage: true, hasNextPage: true });
    const end = await page({ last: 1 });
    expect(end.nodes).toMatchObject([{ id: ids[0] }]);
    expect(end.pageInfo).toMatchObject({ hasPreviousPage: true, hasNextPage: false });
    await remove(ids[2] ?? '');
    const nowFirst = await page({ first: 1, after: start.pageInfo.endCursor });
    expect(nowFirst.nodes).toMatchObject([{ id: ids[1] }]); // the deleted segment still marks its place
    expect(nowFirst.pageInfo).toMatchObject({ hasPreviousPage: false });
  });
});

const ascending = (a: string, b: string) => (a < b ? -1 : 1);
const descending = (a: string, b: string) => (a < b ? 1 : -1);

async function emptied(): Promise<string[]> {
  await gateway.database.execute('truncate segments');
  return [];
}

async function walked(walk: Walk): Promise<string[]> {
  const ids: string[] = [];
  for (;;) {
    const page = await walk(2);
    ids.push(...page.ids);
    if (!page.hasMore) return ids;
  }
}
