import type { Viewer } from '../accounts/viewer.ts';
import { NotFound } from '../errors/refusals.ts';
import { originOf } from '../events/origin.ts';
import { type Call, resolver } from '../resolver.ts';
import { isSegmentId } from '../segments/segment-id.ts';
import { AddMembers, ChangeMembers, type MemberChange, OneMember, RemoveMembers } from './member.ts';
import type { Changed } from './store/change.ts';
import type { MemberStore } from './store.ts';

interface Context extends Call {
  members: MemberStore;
  /** Announces a write to the followers of the log. */
  wrote(): void;
}

/** Adds customers to a segment. Those who already are members stay as they are. Throws NOT_FOUND. */
export const addMembers = resolver({
  name: 'addMembers',
  scope: 'members:write',
  input: AddMembers,
  run: changed,
});

/** Removes customers from a segment. Those who are no members are ignored. Throws NOT_FOUND. */
export const removeMembers = resolver({
  name: 'removeMembers',
  scope: 'members:write',
  input: RemoveMembers,
  run: changed,
});

/** Adds one customer to a segment, like `addMembers`. */
export const addMember = resolver({
  name: 'addMember',
  scope: 'members:write',
  input: OneMember,
  run: ({ segmentId, customerId }, context: Context, viewer) =>
    changed({ segmentId, add: [customerId], remove: [] }, context, viewer),
});

/** Removes one customer from a segment, like `removeMembers`. */
export const removeMember = resolver({
  name: 'removeMember',
  scope: 'members:write',
  input: OneMember,
  run: ({ segmentId, customerId }, context: Context, viewer) =>
    changed({ segmentId, add: [], remove: [customerId] }, context, viewer),
});

/** Adds customers to a segment and removes others, in one step. Throws NOT_FOUND. */
export const changeMembers = resolver({
  name: 'changeMembers',
  scope: 'members:write',
  input: ChangeMembers,
  run: changed,
});

/** What a call asked for, and what it changed. */
export interface Result extends Changed {
  change: MemberChange;
}

async function changed(change: MemberChange, context: Context, viewer: Viewer): Promise<Result> {
  const { segmentId, add, remove } = change;
  if (!isSegmentId(segmentId)) throw new NotFound('segment', segmentId);
  const key = { accountId: viewer.accountId, id: segmentId, ...originOf(context, viewer) };
  const done = await context.members.change({ ...key, add, remove });
  if (!done) throw new NotFound('segment', segmentId);
  if (done.added + done.removed > 0) context.wrote();
  return { ...done, change };
}
