import type { IncomingHttpHeaders } from 'node:http';
import type { Context } from '../context.ts';
import { InvalidInput, type Issue, unknownParameter } from '../errors/invalid-input.ts';
import type { Event } from '../events/event.ts';
import { type FollowedEvents, followEvents } from '../events/resolvers.ts';
import { charged } from '../fairness/loop-time.ts';
import { untilReady } from '../fairness/stream-readiness.ts';
import { preferring } from '../http/accept.ts';
import { eventText } from '../http/event-stream.ts';
import type { Fields } from '../http/fields.ts';
import { seesMembers } from '../members/member-event.ts';
import type { Stream } from './answer.ts';
import { representEvent } from './event-representation.ts';
import { uniqueTypesNamed } from './event-types.ts';

const prefersEvents = preferring('text/event-stream', 'application/json');

/** Whether a caller prefers a stream of events to a page. */
export const prefersStream = ({ accept }: IncomingHttpHeaders): boolean => prefersEvents(accept);

/** Parameters that only a page can have. */
const OF_PAGE = new Set(['limit', 'segment', 'request_id', 'wait']);
const notOfStream = (param: string): Issue =>
  OF_PAGE.has(param)
    ? { param, message: 'cannot be combined with Accept: text/event-stream' }
    : unknownParameter(param);

/** Follows the log after the last event that the client has received, after a cursor, or after the newest event. */
export async function streamOf(
  { after, type, ...others }: Fields,
  { 'last-event-id': lastEventId }: IncomingHttpHeaders,
  context: Context,
): Promise<Stream> {
  const issues = Object.keys(others).map(notOfStream);
  if (issues.length > 0) throw new InvalidInput(issues);
  // A client that has read no event yet may send an empty header.
  const start = lastEventId ? { after: lastEventId, from: 'Last-Event-ID' } : { after, from: 'after' };
  const followed = await followEvents
    .parse({ after: start.after, types: uniqueTypesNamed(type) }, context)
    .catch((error) => {
      throw error instanceof InvalidInput ? error.renamed(new Map([['after', start.from]])) : error;
    });
  // An event without data only sets the last event id (HTML standard, section 9.2.6). So a client that is disconnected before its
  // first event, or after many events of other types, resumes at the right place.
  const place = () => `id: ${followed.cursor()}\n\n`;
  const { signal, close } = followed;
  return {
    opening: `retry: ${RETRY_MS}\n${place()}`,
    messages: messagesOf(followed, context),
    heartbeat: place,
    signal,
    close,
  };
}

/** How long clients wait before they resume. */
const RETRY_MS = 1_000;
/** A message with this many characters is sent. The next one follows when the socket has accepted it. */
const ENOUGH = 64 * 1024;

async function* messagesOf({ events: slices }: FollowedEvents, context: Context): AsyncGenerator<string> {
  const { loop } = context;
  const textOf = textsOf(seesMembers(context));
  for await (const events of slices) {
    let message = '';
    for (const event of events) {
      message += charged(loop, () => textOf(event));
      if (message.length < ENOUGH) continue;
      yield message;
      message = '';
      await untilReady(loop);
    }
    if (message !== '') yield message;
  }
}

/** Returns the function that writes an event. Followers who see the same share its texts. */
const textsOf = (withCustomers: boolean) => (withCustomers ? textWithCustomers : textWithoutCustomers);
const textWithCustomers = sharedTexts(true);
const textWithoutCustomers = sharedTexts(false);

function sharedTexts(withCustomers: boolean) {
  const texts = new WeakMap<Event, string>();
  return (event: Event): string => {
    const known = texts.get(event);
    if (known !== undefined) return known;
    const represented = representEvent(event, withCustomers);
    const { cursor: id, type } = represented;
    const text = eventText({ id, event: type, data: JSON.stringify(represented) });
    texts.set(event, text);
    return text;
  };
}
