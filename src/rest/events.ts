import type { Caller } from '../accounts/viewer.ts';
import { NotFound } from '../errors/refusals.ts';
import type { EventPage } from '../events/event-page.ts';
import { getEvent } from '../events/resolvers.ts';
import { waitForEvents } from '../events/waiting.ts';
import type { Fields } from '../http/fields.ts';
import { seesMembers } from '../members/member-event.ts';
import { listSegmentEvents } from '../segments/event-resolvers.ts';
import type { Answer } from './answer.ts';
import { representEvent, representEvents } from './event-representation.ts';
import { prefersStream, streamOf } from './event-stream.ts';
import { uniqueTypesNamed } from './event-types.ts';
import { type Handler, wholeNumber } from './operation.ts';
import { untagged } from './preconditions.ts';

export const EVENTS = '/v1/events';

/** Returns a page of the log, or a stream if the caller prefers it. */
export const list: Handler = async ({ fields, headers }, context) => {
  const { segment, wait, ...others } = fields;
  if (prefersStream(headers)) {
    const { status } = untagged(headers, 'log', {});
    return status ? { status } : { stream: await streamOf(fields, headers, context) };
  }
  const { window, rest } = windowOf(others, segment);
  const page = await waitForEvents.parse({ ...rest, ...window, wait: wholeNumber(wait) }, context);
  return untagged(headers, 'log', await answerWith(page, context));
};

export const listOfSegment: Handler = async ({ id, fields, headers }, context) => {
  const { window, rest } = windowOf(fields);
  const page = await listSegmentEvents.parse({ ...rest, id, events: window }, context);
  return untagged(headers, 'log', await answerWith(page, context));
};

export const retrieve: Handler = async ({ id, fields, headers }, context) => {
  const event = await getEvent.parse({ ...fields, id }, context);
  if (!event) throw new NotFound('event', id);
  return untagged(headers, 'event', { body: representEvent(event, seesMembers(context)) });
};

/** Converts the fields of a request to the input of the resolvers. They refuse the remaining fields. */
function windowOf({ after, limit, type, request_id, ...rest }: Fields, segmentId?: unknown) {
  const filter = { types: uniqueTypesNamed(type), segmentId, requestId: request_id };
  return { window: { first: wholeNumber(limit), after, filter }, rest };
}

const answerWith = async (page: EventPage, caller: Caller): Promise<Partial<Answer>> => ({
  body: representEvents(page, await page.hasNext(), seesMembers(caller)),
});
