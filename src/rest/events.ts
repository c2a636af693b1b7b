import { NotFound } from '../errors/refusals.ts';
import type { EventPage } from '../events/event-page.ts';
import * as events from '../events/resolvers.ts';
import type { Fields } from '../http/fields.ts';
import { listSegmentEvents } from '../segments/event-resolvers.ts';
import type { Answer } from './answer.ts';
import { representEvent, representEvents, typesNamed } from './event-representation.ts';
import { type Handler, wholeNumber } from './operation.ts';
import { untagged } from './preconditions.ts';

export const EVENTS = '/v1/events';

export const list: Handler = async ({ fields, headers }, context) => {
  const { segment, ...others } = fields;
  const { window, rest } = windowOf(others, segment);
  const page = await events.listEvents.parse({ ...rest, ...window }, context);
  return untagged(headers, 'log', await answerWith(page));
};

export const listOfSegment: Handler = async ({ id, fields, headers }, context) => {
  const { window, rest } = windowOf(fields);
  const page = await listSegmentEvents.parse({ ...rest, id, events: window }, context);
  return untagged(headers, 'log', await answerWith(page));
};

export const retrieve: Handler = async ({ id, fields, headers }, context) => {
  const event = await events.getEvent.parse({ ...fields, id }, context);
  if (!event) throw new NotFound('event', id);
  return untagged(headers, 'event', { body: representEvent(event) });
};

/** The part of the log that a request is for, as the resolvers take it, and the rest of the fields, which they refuse. */
function windowOf({ after, limit, type, request_id, ...rest }: Fields, segmentId?: unknown) {
  const filter = { types: typesNamed(type), segmentId, requestId: request_id };
  return { window: { first: wholeNumber(limit), after, filter }, rest };
}

const answerWith = async (page: EventPage): Promise<Partial<Answer>> => ({
  body: representEvents(page, await page.hasNext()),
});
