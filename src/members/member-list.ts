import { z } from 'zod';
import { customerId } from '../values/customer-id.ts';
import { extentOf, pageSize } from '../values/page-size.ts';
import { type PlaceWindow, readPlace } from '../values/placed-page.ts';
import { aString } from '../values/text.ts';
import type { Member } from './member.ts';

/** A part of a segment's members to read, in the order in which they joined: at most `size` of them, between two places. */
export interface MemberWindow extends PlaceWindow {
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

/** Returns the place of a cursor; null if the text is not a cursor. */
function placeOf(cursor: string): number | null {
  const [, place] = CURSOR.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  return place !== undefined && cursorOf({ place: Number(place) }) === cursor ? Number(place) : null;
}

const cursor = z.string().nullish();
const LIST = 'a list of members';

/** The arguments of a Relay connection of the members of a segment. */
export const ListMembers = z
  .strictObject({ segmentId: aString, first: pageSize, after: cursor, last: pageSize, before: cursor })
  .transform(({ segmentId, after, before, ...sizes }, context) => {
    const places = {
      after: readPlace({ param: 'after', given: after, list: LIST }, placeOf, context),
      before: readPlace({ param: 'before', given: before, list: LIST }, placeOf, context),
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
