import { z } from 'zod';
import { customerId } from '../values/customer-id.ts';
import { extentOf, notACursor, pageSize } from '../values/page-size.ts';
import { aString } from '../values/text.ts';
import type { Member } from './member.ts';

/** A part of a segment's members to read, in the order in which they joined: at most `size` of them, between two places. */
export interface MemberWindow {
  after?: number | undefined;
  before?: number | undefined;
  backward: boolean;
  size: number;
}

/** A window, and how many members at its end are returned; null means all of them. */
export interface MemberPaging extends MemberWindow {
  tail: number | null;
}

/** Places are not consecutive, so a cursor says nothing that a caller could rely on. */
const CURSOR = /^m([1-9][0-9]{0,14})$/;

/** Returns the cursor of a member. It stays valid after the member is removed. */
export const cursorOf = ({ place }: Pick<Member, 'place'>): string =>
  Buffer.from(`m${place}`).toString('base64url');

const cursor = z.string().nullish();

/** The arguments of a Relay connection of the members of a segment. */
export const ListMembers = z
  .strictObject({ segmentId: aString, first: pageSize, after: cursor, last: pageSize, before: cursor })
  .transform(({ segmentId, after, before, ...sizes }, context) => {
    const places = {
      after: readPlace('after', after, context),
      before: readPlace('before', before, context),
    };
    const paging: MemberPaging = { ...places, ...extentOf({ ...sizes, after, before }) };
    return { segmentId, paging };
  });

/** Like `ListMembers`, but a place is given by the customer there. */
export const ListMembersByCustomer = z.strictObject({
  segmentId: aString,
  first: pageSize,
  after: customerId.nullish(),
  last: pageSize,
  before: customerId.nullish(),
});

/** Returns the place of a cursor. Returns undefined if no cursor is given. If the cursor is malformed, also adds an issue. */
function readPlace(param: string, given: string | null | undefined, { issues }: z.RefinementCtx) {
  if (given == null) return undefined;
  const [, place] = CURSOR.exec(Buffer.from(given, 'base64url').toString('latin1')) ?? [];
  if (place !== undefined && cursorOf({ place: Number(place) }) === given) return Number(place);
  issues.push({
    code: 'custom',
    path: [param],
    message: notACursor(given, 'a list of members'),
    input: given,
  });
  return undefined;
}
