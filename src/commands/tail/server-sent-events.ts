import { textLines } from '../gateway/text-lines.ts';

/** A Server-Sent Event. */
export interface ServerSentEvent {
  /** The last event id: of this event, or of one before it. */
  id: string | undefined;
  event: string;
  /** Empty if the event only sets the id. */
  data: string;
}

/**
 * Parses Server-Sent Events from the chunks of a body (HTML standard, section 9.2.6). An incomplete event at the end is discarded, as
 * the standard requires. Comments are skipped. A carriage return alone does not end a line, because the gateway sends none.
 */
export async function* serverSentEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  let id: string | undefined;
  let fields = new Map<string, string>();
  for await (const lines of textLines(chunks)) {
    for (const line of lines) {
      const { name, value } = fieldOf(line.endsWith('\r') ? line.slice(0, -1) : line);
      if (name !== '') {
        const before = name === 'data' ? fields.get(name) : undefined;
        fields.set(name, before === undefined ? value : `${before}\n${value}`);
      } else if (!line.startsWith(':') && fields.size > 0) {
        id = fields.get('id') ?? id;
        yield { id, event: fields.get('event') || 'message', data: fields.get('data') ?? '' };
        fields = new Map();
      }
    }
  }
}

/** Splits a line at its first colon, and removes one space behind it. A line without a colon is a name. */
function fieldOf(line: string): { name: string; value: string } {
  const colon = line.indexOf(':');
  if (colon < 0) return { name: line, value: '' };
  return { name: line.slice(0, colon), value: line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1) };
}
