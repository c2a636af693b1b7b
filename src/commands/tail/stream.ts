import { WrongUsage } from '../wrong-usage.ts';
import { type ServerSentEvent, serverSentEvents } from './server-sent-events.ts';

/** The stream has ended, and can be resumed. */
export class Interrupted extends Error {
  /** How long the gateway asks to wait. */
  readonly pauseMs: number;

  constructor(message: string, pauseMs = 0) {
    super(message);
    this.pauseMs = pauseMs;
  }
}

interface Options {
  url: string;
  token: string;
  after: string | undefined;
  types: readonly string[];
  signal: AbortSignal;
}

/** A stream counts as dead if nothing arrives for this long. The gateway sends a heartbeat every 12 seconds. */
const SILENCE_MS = 36_000;

/**
 * Opens a stream of the event log and yields its events. It always ends by throwing: Interrupted if the stream can be resumed,
 * WrongUsage if the gateway rejects the parameters, or another error if it refuses the request.
 */
export async function* openStream(options: Options): AsyncGenerator<ServerSentEvent> {
  const { url, token, after, types, signal } = options;
  const target = new URL('v1/events', url.endsWith('/') ? url : `${url}/`);
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
      if (event.event === 'error') throw failureOf(JSON.parse(event.data), url);
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
  const { code, message }: { code?: unknown; message?: unknown } = Object(error.cause);
  if (code === undefined) return new Error(`Cannot reach ${url}: ${message}.`); // such as a port that is not allowed
  return new Interrupted(`Cannot reach ${url}: ${code}.`);
}

/** A problem (RFC 9457) as the gateway sends it; anything else if something else answers. */
interface Problem {
  status?: number;
  detail?: string;
  errors?: { param: string; message: string }[];
}

async function refusalOf(response: Response, url: string): Promise<Error> {
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json');
  const problem: Problem = isProblem ? await response.json() : {};
  const pauseMs = Number(response.headers.get('retry-after') ?? 0) * 1000 || 0;
  return failureOf({ ...problem, status: response.status }, url, pauseMs);
}

function failureOf({ status = 0, detail, errors }: Problem, url: string, pauseMs = 0): Error {
  if (status === 429 || status >= 500) {
    return new Interrupted(detail ?? `${url} answers with the status ${status}.`, pauseMs);
  }
  if (status === 400 && errors) {
    return new WrongUsage(errors.map(({ param, message }) => `--${param} ${message}.`).join('\n'));
  }
  return new Error(detail ?? `${url} does not serve an event log: it answers with the status ${status}.`);
}
