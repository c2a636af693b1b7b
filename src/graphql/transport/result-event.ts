import { eventText } from '../../http/event-stream.ts';

/* The protocol "GraphQL over Server-Sent Events" in the mode with one operation per connection. */

/** Writes a result as an event. */
export const nextEvent = (json: string): string => eventText({ event: 'next', data: json });

/** The last event. It has data, if only empty, because browsers ignore events without data. */
export const COMPLETE = eventText({ event: 'complete', data: '' });

/** Writes a result as the only event before the last. */
export const onlyEvent = (json: string): string => nextEvent(json) + COMPLETE;

/** Does the same with a large result in pieces. */
export const onlyEventInPieces = (json: readonly Buffer[]): Buffer[] => [
  Buffer.from('event: next\ndata: '),
  ...json,
  Buffer.from(`\n\n${COMPLETE}`),
];
