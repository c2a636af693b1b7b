import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { createSegment, listSegments } from '../../src/segments/resolvers.ts';
import { rest } from '../client.ts';
import { draft, testGateway } from '../harness.ts';

const gateway = testGateway();
const ACCOUNTS = ['ada', 'bob'] as const;
const CUSTOMERS = Array.from({ length: 12 }, (_, i) => `customer ${i}`);
const SEGMENTS = 30;

/** Customer i is in each segment whose number is a multiple of i; customer 0 only in the first. Both accounts have the same customers. */
beforeAll(async () => {
  for (const as of ACCOUNTS) {
    for (let n = 0; n < SEGMENTS; n++) {
      const { id } = await createSegment(draft({ name: `${n} of ${as}` }), gateway.context(as));
      const add = CUSTOMERS.filter((_, i) => n === 0 || n % i === 0);
      await rest(gateway, `/${id}/members`, { method: 'POST', body: { add }, as });
    }
  }
});

const anyList = fc.record({
  who: fc.constantFrom(...ACCOUNTS),
  customer: fc.constantFrom(...CUSTOMERS),
  size: fc.integer({ min: 1, max: 20 }),
  backward: fc.boolean(),
  direction: fc.constantFrom('ASC' as const, 'DESC' as const),
  /** The segment, by its place in the list, where the page starts. */
  start: fc.option(fc.nat(SEGMENTS - 1)),
});
type AnyList = typeof anyList extends fc.Arbitrary<infer Each> ? Each : never;

async function expectPart({ who, customer, size, backward, direction, start }: AnyList): Promise<void> {
  const context = gateway.context(who);
  const orderBy = { field: 'CREATED_AT', direction } as const;
  // A page of a hundred is read by the statement for all kinds of lists.
  const { segments } = await listSegments({ customer, orderBy, first: 100 }, context);
  const at = start === null ? null : start % segments.length;
  const place = at === null ? null : { id: segments[at]?.id ?? '' };
  const end = at ?? segments.length;
  const expected = backward
    ? segments.slice(Math.max(0, end - size), end)
    : segments.slice((at ?? -1) + 1).slice(0, size);
  const given = backward ? { last: size, before: place } : { first: size, after: place };
  const page = await listSegments({ customer, orderBy, ...given }, context);
  expect(page.segments).toEqual(expected);
  const more = backward ? page.hasPrevious() : page.hasNext();
  expect(await more).toBe(
    expected.length > 0 && expected.at(backward ? 0 : -1) !== segments.at(backward ? 0 : -1),
  );
}

it('Small pages of the segments of many customers, in one statement, are parts of large ones', async () => {
  const lists = fc.array(anyList, { minLength: 1, maxLength: 40 });
  const property = fc.asyncProperty(lists, (each) => Promise.all(each.map(expectPart)).then(() => {}));
  await fc.assert(property, { numRuns: 50, seed: 20261128 });
});
