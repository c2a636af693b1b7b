import { z } from 'zod';
import type { members } from '../database/tables/members.ts';
import { quoted } from '../errors/quoted.ts';
import { customerId } from '../values/customer-id.ts';
import { aString } from '../values/text.ts';

/** A customer in a segment: the row, without the account, the segment and the generation. */
export type Member = Omit<typeof members.$inferSelect, 'accountId' | 'segmentId' | 'generation'>;

/** Max customers that one call adds and removes, and max segments in which it looks for one. */
export const MAX_IDS = 1_000;

const MANY = MAX_IDS.toLocaleString('en');
const lengthOf = (input: unknown) => (Array.isArray(input) ? input.length.toLocaleString('en') : '0');

/** A list of 1 to 1,000 ids. */
const someIds = <Id extends z.ZodType>(id: Id) => {
  const error = ({ input }: { input?: unknown }) => `must have 1 to ${MANY} ids, not ${lengthOf(input)}`;
  return z.array(id).min(1, { error }).max(MAX_IDS, { error });
};

/** The id of a segment, of any form. A malformed one is treated like one that does not exist. */
const segmentId = aString;

/** A change of the members of a segment. No customer is named twice. */
export interface MemberChange {
  segmentId: string;
  add: readonly string[];
  remove: readonly string[];
}

/** A customer who is named twice in a list counts once. */
const unique = (ids: readonly string[] = []): string[] => [...new Set(ids)];

const OneSided = z.strictObject({ segmentId, customerIds: someIds(customerId) });

export const AddMembers = OneSided.transform(
  ({ segmentId, customerIds }): MemberChange => ({ segmentId, add: unique(customerIds), remove: [] }),
);
export const RemoveMembers = OneSided.transform(
  ({ segmentId, customerIds }): MemberChange => ({ segmentId, add: [], remove: unique(customerIds) }),
);

/** Customers to add and to remove: 1 to 1,000 together, none of them in both lists. */
export const ChangeMembers = z
  .strictObject({
    segmentId,
    add: z.array(customerId).optional(),
    remove: z.array(customerId).optional(),
  })
  .check(({ value: { add = [], remove = [] }, issues }) => {
    const named = add.length + remove.length;
    const [both] = new Set(add).intersection(new Set(remove));
    if (named < 1 || named > MAX_IDS) {
      const message = `and \`remove\` must have 1 to ${MANY} ids together, not ${named.toLocaleString('en')}`;
      issues.push({ code: 'custom', path: ['add'], message, input: add });
    } else if (both !== undefined) {
      const message = `must not have an id that \`add\` has: ${quoted(both)}`;
      issues.push({ code: 'custom', path: ['remove'], message, input: remove });
    }
  })
  .transform(
    ({ segmentId, add, remove }): MemberChange => ({ segmentId, add: unique(add), remove: unique(remove) }),
  );

/** One customer to add or to remove. */
export const OneMember = z.strictObject({ segmentId, customerId });

export const FindSegments = z.strictObject({
  customerId,
  ids: z.array(segmentId).max(MAX_IDS, {
    error: ({ input }) => `must have at most ${MANY} ids, not ${lengthOf(input)}`,
  }),
});
export const CountMembers = z.strictObject({ segmentId });
