import { initOf, type Json } from '../client.ts';
import type { TestGateway, Who } from '../harness.ts';
import { until } from '../until.ts';
import { fieldsOf } from './sse.ts';

export interface Message {
  id: string | undefined;
  event: string | undefined;
  data: Json;
}

export interface Source {
  response: Response;
  /** The messages with data so far. */
  messages: Message[];
  /** The last event id, which messages without data set as well. */
  lastEventId(): string | undefined;
  /** Everything that has been received. */
  text(): string;
  /** Cuts the connection. What has arrived of an incomplete message is lost. */
  cut(): void;
  /** Settles when the stream has ended: with true if the gateway ended it, false if it was cut. */
  ended: Promise<boolean>;
}

interface Options {
  as?: Who | null;
  headers?: Record<string, string>;
  /** Called for each message with data, as soon as it has arrived. */
  onMessage?(message: Message, source: Source): void;
}

/** Opens a stream of events, and reads it as the HTML standard prescribes (section 9.2.6). */
export async function openSource(
  gateway: Pick<TestGateway, 'url' | 'authorization'>,
  query = '',
  { as = 'ada', headers = {}, onMessage }: Options = {},
): Promise<Source> {
  const controller = new AbortController();
  const init = initOf(gateway, { as, headers: { accept: 'text/event-stream', ...headers } });
  const response = await fetch(`${gateway.url}/v1/events${query}`, { ...init, signal: controller.signal });
  let text = '';
  let taken = 0;
  let lastEventId: string | undefined;
  const messages: Message[] = [];
  const source: Source = {
    response,
    messages,
    lastEventId: () => lastEventId,
    text: () => text,
    cut: () => controller.abort(),
    ended: Promise.resolve(true),
  };

  const read = async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      for (let end = text.indexOf('\n\n', taken); end >= 0; end = text.indexOf('\n\n', taken)) {
        const fields = fieldsOf(text.slice(taken, end));
        taken = end + 2;
        lastEventId = fields.get('id') ?? lastEventId;
        const data = fields.get('data');
        if (data === undefined) continue;
        const message = { id: lastEventId, event: fields.get('event'), data: JSON.parse(data) };
        messages.push(message);
        onMessage?.(message, source);
        if (controller.signal.aborted) return;
      }
    }
  };
  source.ended = read().then(
    () => !controller.signal.aborted,
    () => false,
  );
  if (response.status === 200) await until(() => text.includes('\n\n'));
  return source;
}
