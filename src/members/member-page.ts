import { placedPage } from '../values/placed-page.ts';
import type { Member } from './member.ts';
import type { MemberPaging } from './member-list.ts';
import type { MemberStore } from './store.ts';

/** A page of the members of a segment, and whether there are members before and after it. */
export interface MemberPage {
  members: Member[];
  hasNext(): Promise<boolean>;
  hasPrevious(): Promise<boolean>;
}

/** Reads a page of the members of a segment. It is empty if the account has no such segment. */
export async function pageOf(
  store: MemberStore,
  segment: { accountId: string; segmentId: string },
  { tail, ...window }: MemberPaging,
): Promise<MemberPage> {
  const slice = await store.list({ ...segment, ...window });
  const { items: members, ...ends } = placedPage(window, {
    items: slice.members,
    hasMore: slice.hasMore,
    tail,
    placeOf: ({ place }) => place,
    holds: async (part) => (await store.list({ ...segment, size: 1, ...part })).members.length > 0,
  });
  return { members, ...ends };
}
