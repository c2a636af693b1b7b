import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Gateway } from '../../src/gateway/gateway.ts';
import { customerIdsOf } from '../../src/members/member-event.ts';
import { createSegment } from '../../src/segments/resolvers.ts';
import { wholeLog } from '../events/whole-log.ts';
import { draft, origin, secondGateway, testGateway, viewers } from '../harness.ts';
import { placesOf } from './stored.ts';
import { replace } from './upload.ts';

const gateway = testGateway();
let second: Gateway;
beforeAll(async () => {
  second = await secondGateway(gateway);
});
afterAll(() => second.stop());

const accountId = viewers.ada.accountId;
const RUNS = Number(process.env.MODEL_RUNS ?? 40);

const customers = fc.uniqueArray(
  fc.integer({ min: 0, max: 30 }).map((n) => `c${n}`),
  { maxLength: 12 },
);
const step = fc.oneof(
  fc.record({ kind: fc.constant('replace' as const), ids: customers, repeats: fc.boolean() }),
  fc.record({ kind: fc.constant('add' as const), ids: customers }),
  fc.record({ kind: fc.constant('remove' as const), ids: customers }),
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** Makes a change through one of the two gateways. Returns how many customers it added and removed. */
async function make(id: string, { kind, ids, ...rest }: Step, by: Pick<Gateway, 'url' | 'members'>) {
  if (kind === 'replace') {
    const lines = 'repeats' in rest && rest.repeats ? [...ids, ...ids] : ids;
    const { status, body } = await replace(
      { url: by.url, authorization: gateway.authorization },
      id,
      lines.join('\n'),
    );
    expect(status).toBe(200);
    return { added: body.added, removed: body.removed };
  }
  const [add, remove] = kind === 'add' ? [ids, []] : [[], ids];
  const changed = await by.members.change({ accountId, id, ...origin, add, remove });
  return { added: changed?.added, removed: changed?.removed };
}

/** The members after the events of a segment, in the order in which they joined. */
async function replayed(id: string): Promise<Set<string>> {
  const members = new Set<string>();
  for (const event of await wholeLog(gateway.events, accountId)) {
    if (event.segmentId !== id) continue;
    for (const each of customerIdsOf(event) ?? []) {
      if (event.type === 'SEGMENT_MEMBERS_ADDED') {
        expect(members, 'is added once').not.toContain(each);
        members.add(each);
      } else expect(members.delete(each), 'was a member').toBe(true);
    }
  }
  return members;
}

const membersOf = async (id: string) => [...(await placesOf(gateway, id)).keys()];
const newSegment = async () => (await createSegment(draft(), gateway.context())).id;

it('Any sequence of changes has the result of a set', async () => {
  const property = fc.asyncProperty(
    fc.array(fc.tuple(step, fc.boolean()), { maxLength: 8 }),
    async (steps) => {
      const id = await newSegment();
      let model = new Set<string>();
      for (const [each, isSecond] of steps) {
        const before = model;
        const ids = new Set(each.ids);
        if (each.kind === 'replace') model = before.intersection(ids).union(ids);
        else model = each.kind === 'add' ? before.union(ids) : before.difference(ids);
        const changed = await make(id, each, isSecond ? second : gateway);
        expect(changed).toEqual({
          added: model.difference(before).size,
          removed: before.difference(model).size,
        });
        if (each.kind === 'replace') model = inOrder(before, each.ids);
        expect(await membersOf(id)).toEqual([...model]);
      }
      expect(await gateway.members.count({ accountId, id })).toBe(model.size);
      expect([...(await replayed(id))].toSorted()).toEqual([...model].toSorted());
    },
  );
  await fc.assert(property, { numRuns: RUNS, seed: 14 });
});

/** Those who stay are first, in their order; then those who are new, in the order of the list. */
const inOrder = (before: Set<string>, ids: readonly string[]): Set<string> =>
  new Set([...before].filter((each) => ids.includes(each)).concat(ids));

it('Concurrent changes through two gateways end as if they had been made one after the other', async () => {
  const property = fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 6 }), async (steps) => {
    const id = await newSegment();
    const replacements = steps.filter(({ kind }) => kind === 'replace').slice(0, 2);
    const others = steps.filter(({ kind }) => kind !== 'replace');
    await Promise.all(
      [...replacements, ...others].map((each, i) => make(id, each, i % 2 ? second : gateway)),
    );
    const members = await membersOf(id);
    expect(await gateway.members.count({ accountId, id })).toBe(members.length);
    expect([...(await replayed(id))].toSorted()).toEqual(members.toSorted());
    if (replacements.length === 0) return;
    // Whoever is a member was in the last replacement, or was added after it.
    const possible = new Set(others.flatMap(({ kind, ids }) => (kind === 'add' ? ids : [])));
    const removable = new Set(others.flatMap(({ kind, ids }) => (kind === 'remove' ? ids : [])));
    const isResultOf = ({ ids }: Step) =>
      members.every((each) => ids.includes(each) || possible.has(each)) &&
      ids.every((each) => members.includes(each) || removable.has(each));
    expect(replacements.some(isResultOf)).toBe(true);
  });
  await fc.assert(property, { numRuns: RUNS, seed: 14 });
});
