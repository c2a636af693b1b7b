import { InvalidInput } from '../errors/invalid-input.ts';
import { quoted } from '../errors/quoted.ts';
import { NotFound } from '../errors/refusals.ts';
import { type Call, resolver } from '../resolver.ts';
import { isSegmentId } from '../segments/segment-id.ts';
import type { SegmentStore } from '../segments/store.ts';
import { extentOf } from '../values/page-size.ts';
import { CountMembers, FindSegments, type Member, OneMember } from './member.ts';
import { ListMembers, ListMembersByCustomer } from './member-list.ts';
import { type MemberPage, pageOf } from './member-page.ts';
import type { MemberStore } from './store.ts';

interface Context extends Call {
  members: MemberStore;
  segments: SegmentStore;
}

/** Returns a page of the members of a segment, in the order in which they joined. It is empty if there is no such segment. */
export const listMembers = resolver({
  name: 'listMembers',
  scope: 'members:read',
  input: ListMembers,
  run: ({ segmentId, paging }, { members }: Context, { accountId }): Promise<MemberPage> =>
    pageOf(members, { accountId, segmentId }, paging),
});

/**
 * The same, from the place of a customer on. Throws NOT_FOUND if the account has no such segment, and INVALID_INPUT if the customer
 * is not a member of it.
 */
export const listMembersByCustomer = resolver({
  name: 'listMembersByCustomer',
  scope: 'members:read',
  input: ListMembersByCustomer,
  run: async (
    { segmentId, first, last, ...places },
    context: Context,
    { accountId },
  ): Promise<MemberPage> => {
    const segment = { accountId, segmentId };
    if (!isSegmentId(segmentId)) throw new NotFound('segment', segmentId);
    const placeOf = async (param: 'after' | 'before') => {
      const customerId = places[param];
      if (customerId == null) return undefined;
      const found = await context.members.find({ accountId, customerId, segmentIds: [segmentId] });
      const member = found.get(segmentId);
      if (member) return member.place;
      await requireSegment(context, accountId, segmentId);
      const message = `must be a member of the segment, not ${quoted(customerId)}`;
      throw new InvalidInput([{ param, message }]);
    };
    const [after, before] = await Promise.all([placeOf('after'), placeOf('before')]);
    const page = await pageOf(context.members, segment, {
      after,
      before,
      ...extentOf({ first, last, after, before }),
    });
    // A segment that has members exists, so usually there is nothing to look up.
    if (page.members.length === 0) await requireSegment(context, accountId, segmentId);
    return page;
  },
});

/** Returns the number of members of a segment; 0 if there is no such segment. */
export const countMembers = resolver({
  name: 'countMembers',
  scope: 'members:read',
  input: CountMembers,
  run: ({ segmentId }, { members }: Context, { accountId }) => members.count({ accountId, id: segmentId }),
});

/** Returns the member; null if the customer is not a member of the segment, or if there is no such segment. */
export const getMember = resolver({
  name: 'getMember',
  scope: 'members:read',
  input: OneMember,
  run: async ({ segmentId, customerId }, { members }: Context, { accountId }): Promise<Member | null> => {
    if (!isSegmentId(segmentId)) return null;
    const found = await members.find({ accountId, customerId, segmentIds: [segmentId] });
    return found.get(segmentId) ?? null;
  },
});

/** Returns, for each segment in its place, whether the customer is a member of it. */
export const isInSegments = resolver({
  name: 'isInSegments',
  scope: 'members:read',
  input: FindSegments,
  run: async ({ ids, customerId }, { members }: Context, { accountId }): Promise<boolean[]> => {
    const wanted = [...new Set(ids.filter(isSegmentId))];
    if (wanted.length === 0) return ids.map(() => false);
    const found = await members.find({ accountId, customerId, segmentIds: wanted });
    return ids.map((id) => found.has(id));
  },
});

/** Throws NOT_FOUND if the account has no segment with this id. */
async function requireSegment({ segments }: Context, accountId: string, id: string): Promise<void> {
  if (!(await segments.get({ accountId, id, texts: 'none' }))) throw new NotFound('segment', id);
}
