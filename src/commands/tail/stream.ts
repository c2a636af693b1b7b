import { targetOf } from '../gateway/address.ts';
import { failureOf, Interrupted, networkFailure, type Problem, pauseOf } from '../gateway/failure.ts';
import { type ServerSentEvent, serverSentEvents } from './server-sent-events.ts';

interface Options {
  url: string;
  token: string;
  after: string | undefined;
  types: readonly string[];
  signal: AbortSignal;
}

/** A stream counts as dead if nothing arrives for this long. The gateway sends a heartbeat every 12 seconds. */
const SILENCE_MS = 36_000;
const EXPECTED = 'an event log';

/**
 * Opens a stream of the event log and yields its events. It always ends by throwing: Interrupted if the stream can be resumed,
 * WrongUsage if the gateway rejects the parameters, or another error if it refuses the request.
 */
export async function* openStream(options: Options): AsyncGenerator<ServerSentEvent> {
  const { url, token, after, types, signal } = options;
  const target = targetOf(url, 'v1/events');
  if (after !== undefined) target.searchParams.set('after', after);
  for (const type of types) target.searchParams.append('type', type);
  const connection = new AbortController();
  const cut = () => connection.abort();
  signal.addEventListener('abort', cut);
  const watchdog = setTimeout(cut, SILENCE_MS);
  try {
    const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' };
    const response = await fetch(target, { headers, signal: connection.signal, redirect: 'manual' });
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
    if (!response.ok || !isStream || !response.body) throw await refusalOf(response, url);
    for await (const event of serverSentEvents(refreshing(response.body, watchdog))) {
      if (event.event === 'error') throw failureOf(JSON.parse(event.data), { url, expected: EXPECTED });
      yield event;
    }
  } catch (error) {
    throw networkError(error, url);
  } finally {
    clearTimeout(watchdog);
    signal.removeEventListener('abort', cut);
    cut();
  }
  throw new Interrupted('The gateway ended the stream.');
}

async function* refreshing(chunks: AsyncIterable<Uint8Array>, timer: NodeJS.Timeout) {
  for await (const chunk of chunks) {
    timer.refresh();
    yield chunk;
  }
}

/** Converts what `fetch` throws: a TypeError with the error of the network as its cause, or an AbortError after a silence. */
function networkError(error: unknown, url: string): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === 'AbortError')
    return new Interrupted(`Nothing has arrived from ${url} for ${SILENCE_MS / 1000} s.`);
  if (!(error instanceof TypeError) || error.cause === undefined) return error;
  return networkFailure(error.cause, url);
}

async function refusalOf(response: Response, url: string): Promise<Error> {
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json');
  const problem: Problem = isProblem ? await response.json() : {};
  const pauseMs = pauseOf(response.headers.get('retry-after'));
  return failureOf({ ...problem, status: response.status }, { url, expected: EXPECTED, pauseMs });
}
