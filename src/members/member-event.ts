import type { Caller } from '../accounts/viewer.ts';
import type { Event } from '../events/event.ts';

/** Whether a caller can see which customers are members of segments. */
export const seesMembers = ({ viewer }: Caller): boolean => viewer?.scopes.has('members:read') ?? false;

/** The customers of a change of members; null for other events, and once the segment is deleted. */
export function customerIdsOf({ details }: Pick<Event, 'details'>): string[] | null {
  const ids = details?.customer_ids;
  return Array.isArray(ids) ? ids : null;
}

/** The same, if the caller can see them. */
export const shownCustomerIds = (event: Pick<Event, 'details'>, caller: Caller): string[] | null =>
  seesMembers(caller) ? customerIdsOf(event) : null;
