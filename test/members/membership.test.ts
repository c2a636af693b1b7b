import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Gateway } from '../../src/gateway/gateway.ts';
import { customerIdsOf } from '../../src/members/member-event.ts';
import { createSegment, deleteSegment } from '../../src/segments/resolvers.ts';
import { wholeLog } from '../events/whole-log.ts';
import { draft, eventHead, origin, secondGateway, testGateway } from '../harness.ts';
import { patiently } from '../patiently.ts';

const gateway = testGateway();
/** `MEMBERSHIPS=500` is the long run. */
const RUNS = Number(process.env.MEMBERSHIPS ?? 20);
let second: Gateway;

beforeAll(async () => {
  second = await secondGateway(gateway, { poolSize: 5 });
});
afterAll(() => second.stop());

const CUSTOMERS = ['a', 'b', 'c', 'd', 'e', 'f'];
const change = fc.record({
  isSecond: fc.boolean(),
  segment: fc.nat(1),
  add: fc.uniqueArray(fc.constantFrom(...CUSTOMERS.slice(0, 4)), { maxLength: 3 }),
  remove: fc.uniqueArray(fc.constantFrom(...CUSTOMERS.slice(3)), { maxLength: 3 }),
  isSwapped: fc.boolean(),
});
type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

const membersOf = async (segmentId: string): Promise<string[]> => {
  const { members } = await gateway.members.list({ accountId: 'ada', segmentId, backward: false, size: 100 });
  return members.map(({ customerId }) => customerId);
};

/** Sends a change of disjoint lists of customers. Returns how many were added and removed. */
async function send({ isSecond, segment, isSwapped, ...lists }: Change, ids: readonly string[]) {
  const add = isSwapped ? lists.remove : lists.add;
  const remove = (isSwapped ? lists.add : lists.remove).filter((id) => !add.includes(id));
  const id = ids[segment] ?? '';
  const { members } = isSecond ? second : gateway;
  const changed = await patiently(() => members.change({ ...origin, accountId: 'ada', id, add, remove }));
  if (!changed) throw new Error('The segment is missing.');
}

it('is what the log says after changes from two gateways at once, and its count is exact', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 5, maxLength: 60 }), async (changes) => {
      const head = await eventHead(gateway, 'ada');
      const ids = [
        await createSegment(draft(), gateway.context()),
        await createSegment(draft(), gateway.context()),
      ].map(({ id }) => id);
      await Promise.all(changes.map((each) => send(each, ids)));
      const replayed = new Map(ids.map((id): [string, string[]] => [id, []]));
      for (const event of await wholeLog(gateway.events, 'ada', head)) {
        const customers = customerIdsOf(event);
        const members = replayed.get(event.segmentId) ?? [];
        if (!customers) continue;
        const known = customers.filter((customer) => members.includes(customer));
        const isAdded = event.type === 'SEGMENT_MEMBERS_ADDED';
        expect(known).toEqual(isAdded ? [] : customers); // nobody is added or removed twice
        replayed.set(
          event.segmentId,
          isAdded ? [...members, ...customers] : members.filter((each) => !known.includes(each)),
        );
      }
      for (const id of ids) {
        expect(await membersOf(id)).toEqual(replayed.get(id));
        expect(await gateway.members.count({ accountId: 'ada', id })).toBe(replayed.get(id)?.length);
        await deleteSegment({ id }, gateway.context());
      }
    }),
    { numRuns: RUNS },
  );
});
