import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSegment, listSegments, updateSegment } from '../../src/segments/resolvers.ts';
import { CreateSegment } from '../../src/segments/segment.ts';
import { graphql, rest } from '../client.ts';
import { draft, testGateway } from '../harness.ts';

const gateway = testGateway();

/** The names of the segments that match a filter, oldest first. */
async function namesOf(filter: object): Promise<string[]> {
  const orderBy = { field: 'CREATED_AT', direction: 'ASC' };
  const page = await listSegments.parse({ first: 100, filter, orderBy }, gateway.context());
  return page.segments.map(({ name }) => name);
}

async function store(...names: string[]): Promise<void> {
  await gateway.database.execute('truncate segments');
  for (const name of names)
    await createSegment(draft({ name, criteria: `criteria of ${name}` }), gateway.context());
}

describe('a filter by text', () => {
  it.each([
    [{ eq: 'High Spend' }, ['High Spend']],
    [{ eq: 'high spend' }, []],
    [{ in: ['High Spend', 'ÄÖ', 'nobody'] }, ['High Spend', 'ÄÖ']],
    [{ in: [] }, []],
    [{ contains: 'SPEND' }, ['High Spend', 'Low spend']],
    [{ contains: 'äö' }, ['ÄÖ']],
    [{ contains: '' }, ['High Spend', 'Low spend', 'ÄÖ', '100%', '1000', 'a_b', 'axb', 'back\\slash']],
    [{ startsWith: 'h' }, ['High Spend']],
    [{ startsWith: '100%' }, ['100%']],
    [{ contains: '_' }, ['a_b']],
    [{ contains: '\\' }, ['back\\slash']],
    [{ contains: 'spend', startsWith: 'l' }, ['Low spend']],
  ])('name: %j finds %j', async (name, found) => {
    await store('High Spend', 'Low spend', 'ÄÖ', '100%', '1000', 'a_b', 'axb', 'back\\slash');
    expect(await namesOf({ name })).toEqual(found);
  });

  it('combines name and criteria: both must match', async () => {
    await store('a', 'b');
    expect(await namesOf({ name: { in: ['a', 'b'] }, criteria: { eq: 'criteria of b' } })).toEqual(['b']);
  });

  it('matches a text literally, whatever it contains', async () => {
    const text = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 20 })
      .filter((name) => CreateSegment.safeParse(draft({ name })).success);
    await fc.assert(
      fc.asyncProperty(text, async (name) => {
        await store(name, 'another');
        for (const filter of [{ eq: name }, { in: [name] }, { contains: name }, { startsWith: name }]) {
          expect((await namesOf({ name: filter }))[0]).toBe(name);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('a filter by time', () => {
  it.each(['createdAt', 'updatedAt'] as const)(
    'includes or excludes the bounds of %s as its operators say',
    async (property) => {
      await store('a');
      await new Promise((resolve) => setTimeout(resolve, 5));
      await createSegment(draft({ name: 'b' }), gateway.context());
      const [b] = (await listSegments({ first: 1 }, gateway.context())).segments;
      const at = b?.[property] ?? new Date(0);
      expect(await namesOf({ [property]: { gte: at } })).toEqual(['b']);
      expect(await namesOf({ [property]: { gt: at } })).toEqual([]);
      expect(await namesOf({ [property]: { lte: at } })).toEqual(['a', 'b']);
      expect(await namesOf({ [property]: { lt: at } })).toEqual(['a']);
      expect(
        await namesOf({ [property]: { gte: new Date('0001-01-01'), lt: new Date('9999-12-31') } }),
      ).toEqual(['a', 'b']);
    },
  );

  it.each(['createdAt', 'updatedAt'])('refuses a %s outside the years 1 to 9999', async (property) => {
    for (const moment of ['0000-12-31', '+010000-01-01', '+275760-09-13']) {
      await expect(namesOf({ [property]: { lt: new Date(moment) } })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        issues: [{ param: `filter.${property}.lt` }],
      });
    }
  });

  it('finds an update by updatedAt, and not by createdAt', async () => {
    await store('a');
    const [a] = (await listSegments({ first: 1 }, gateway.context())).segments;
    await new Promise((resolve) => setTimeout(resolve, 5));
    await updateSegment.parse({ id: a?.id, criteria: 'changed' }, gateway.context());
    expect(await namesOf({ updatedAt: { gt: a?.updatedAt } })).toEqual(['a']);
    expect(await namesOf({ createdAt: { gt: a?.updatedAt } })).toEqual([]);
  });
});

it('totalCount counts the matching segments on all pages', async () => {
  await store('a', 'b', 'ab');
  const query = '{ segments(first: 1, filter: { name: { contains: "a" } }) { totalCount nodes { id } } }';
  const { body } = await graphql(gateway, query);
  expect(body.data.segments).toMatchObject({ totalCount: 2, nodes: [{}] });
});

it('REST filters by the exact name and criteria', async () => {
  await store('a', 'A');
  const { body } = await rest(gateway, '?name=a&criteria=criteria+of%20a');
  expect(body).toMatchObject({ has_more: false, data: [{ name: 'a' }] });
  expect((await rest(gateway, '?name=a&criteria=other')).body.data).toEqual([]);
});
