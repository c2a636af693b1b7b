import { NotFound } from '../errors/refusals.ts';
import * as changes from '../members/changes.ts';
import { replaceMembers } from '../members/replacement.ts';
import * as members from '../members/resolvers.ts';
import { isBackward } from './customer-segments.ts';
import { listReader } from './member-lines.ts';
import { representMember, representMembers } from './member-representation.ts';
import { type Handler, wholeNumber } from './operation.ts';
import { evaluate, noTag, preconditionsOf, untagged } from './preconditions.ts';

export const list: Handler = async ({ id, fields, headers }, context) => {
  const { limit, starting_after, ending_before, ...rest } = fields;
  const backward = isBackward(starting_after, ending_before);
  const page = await members.listMembersByCustomer.parse(
    {
      ...rest,
      segmentId: id,
      [backward ? 'last' : 'first']: wholeNumber(limit),
      after: starting_after,
      before: ending_before,
    },
    context,
  );
  const body = representMembers(page, await (backward ? page.hasPrevious() : page.hasNext()));
  return untagged(headers, 'list of members', { body });
};

export const change: Handler = async ({ id, fields }, context) => {
  const { change, added, removed } = await changes.changeMembers.parse({ ...fields, segmentId: id }, context);
  return {
    body: {
      added,
      already_members: change.add.length - added,
      removed,
      not_members: change.remove.length - removed,
    },
  };
};

export const replace: Handler = async ({ id, fields, headers, body }, context) => {
  const read = listReader(headers['content-type'], context.loop);
  if (evaluate(preconditionsOf(headers)) !== 'proceed') throw noTag('list of members');
  const customers = () => read(body());
  return { body: await replaceMembers.parse({ ...fields, segmentId: id, customers }, context) };
};

export const retrieve: Handler = async ({ id, customerId, fields, headers }, context) => {
  const member = await members.getMember.parse({ ...fields, segmentId: id, customerId }, context);
  if (!member) throw new NotFound('member', customerId);
  return untagged(headers, 'member', { body: representMember(member) });
};

export const put: Handler = async ({ id, customerId, fields }, context) => {
  await changes.addMember.parse({ ...fields, segmentId: id, customerId }, context);
  return {};
};

export const remove: Handler = async ({ id, customerId, fields }, context) => {
  await changes.removeMember.parse({ ...fields, segmentId: id, customerId }, context);
  return {};
};
