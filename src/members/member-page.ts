import type { Member } from './member.ts';
import type { MemberPaging, MemberWindow } from './member-list.ts';
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
  const isCut = tail !== null && slice.members.length > tail;
  const members = isCut ? slice.members.slice(-tail) : slice.members;
  const { after, before: end, backward } = window;

  const holds = async (part: Partial<MemberWindow>) =>
    (await store.list({ ...segment, backward, size: 1, ...part })).members.length > 0;
  const hasAhead = async () => slice.hasMore;
  const before = () => holds({ before: members.at(0)?.place ?? (after ?? 0) + 1, backward: true });
  const behind = async () => {
    const place = members.at(-1)?.place ?? (end === undefined ? undefined : end - 1);
    return place !== undefined && holds({ after: place, backward: false });
  };
  return {
    members,
    hasNext: backward ? behind : hasAhead,
    hasPrevious: tail !== null ? async () => isCut : backward ? hasAhead : before,
  };
}
