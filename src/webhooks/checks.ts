import type { Viewer } from '../accounts/viewer.ts';
import type { Key } from '../database/sql/key.ts';
import { InvalidInput } from '../errors/invalid-input.ts';
import { WebhookNotFound } from '../errors/refusals.ts';
import { EVENT_TYPES, type EventType } from '../events/event.ts';
import type { Destinations } from './destinations.ts';
import { isWebhookId } from './webhook-id.ts';

/** Returns the key of an endpoint of the caller's account. Throws NOT_FOUND if no endpoint can have the id. */
export function keyOf(id: string, { accountId }: Viewer): Key {
  if (!isWebhookId(id)) throw new WebhookNotFound(id);
  return { accountId, id };
}

/** Returns what was found. Throws NOT_FOUND if it is null. */
export function found<Found extends object>(result: Found | null, id: string): Found {
  if (result) return result;
  throw new WebhookNotFound(id);
}

/** Returns a URL in its normal form. Throws INVALID_INPUT if messages cannot be sent there. */
export function destinationOf(url: string, destinations: Destinations): string {
  const checked = destinations.check(url);
  if ('problem' in checked) throw wrongUrl(checked.problem);
  return checked.url;
}

/** The refusal of a URL that another endpoint of the account has. */
export const taken = (id: string): InvalidInput =>
  wrongUrl(`is already the URL of the webhook endpoint ${id}`);

const wrongUrl = (message: string) => new InvalidInput([{ param: 'url', message }]);

/** Returns types in the order of the documentation, each once. Null means all. */
export const ordered = (types: readonly EventType[] | null): EventType[] | null =>
  types && EVENT_TYPES.filter((type) => types.includes(type));

/** Whether messages can name the customers of changes of members, because the caller can read them. */
export const mayReadMembers = ({ scopes }: Viewer): boolean => scopes.has('members:read');
