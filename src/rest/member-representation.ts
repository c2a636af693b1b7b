import type { z } from 'zod';
import type { Member } from '../members/member.ts';
import type { MemberPage } from '../members/member-page.ts';
import { seconds } from './representation.ts';
import type * as schemas from './schemas.ts';

/** A member as documented. */
export const representMember = ({ customerId, joinedAt }: Member): z.output<typeof schemas.Member> => ({
  customer_id: customerId,
  joined_at: seconds(joinedAt),
});

/** A page of members as documented. */
export const representMembers = (
  { members }: MemberPage,
  hasMore: boolean,
): z.output<typeof schemas.MemberList> => ({
  has_more: hasMore,
  data: members.map(representMember),
});
