import { once } from 'node:events';
import {
  type ClientRequest,
  type IncomingMessage,
  request as openHttp,
  type RequestOptions,
} from 'node:http';
import { text } from 'node:stream/consumers';
import { type Address, targetOf } from './address.ts';
import { failureOf, Interrupted, networkFailure, type Problem, pauseOf } from './failure.ts';

interface Options {
  address: Address;
  method: 'GET' | 'POST';
  path: string;
  /** Parameters without a value are left out. */
  query?: Readonly<Record<string, string | undefined>>;
  headers?: Readonly<Record<string, string>>;
  /** The media type of a successful answer. */
  answer: string;
  /** What the gateway should answer, for messages, such as "an event log". */
  expected: string;
  signal: AbortSignal;
}

/** A connection counts as dead if nothing is sent or received for this long. */
const SILENCE_MS = 90_000;

/**
 * Opens a request on a connection of its own. Its body can be sent while the answer arrives, which `fetch` cannot do. The caller ends
 * the body, and destroys the request at the end. `answered` rejects unless the answer has the status 200: with Interrupted if that
 * may pass, WrongUsage, or another error.
 */
export async function openRequest(options: Options): Promise<{
  request: ClientRequest;
  answered: Promise<IncomingMessage>;
}> {
  const { address, method, path, query = {}, headers, signal } = options;
  const target = targetOf(address.url, path);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) target.searchParams.set(name, value);
  }
  const open = target.protocol === 'https:' ? (await import('node:https')).request : openHttp;
  const given: RequestOptions = {
    ...{ method, signal, agent: false },
    headers: { ...headers, authorization: `Bearer ${address.token}`, accept: options.answer },
  };
  const request = open(target, given);
  request.on('error', () => {}); // it can fail again after its answer
  let answer: IncomingMessage | undefined;
  request.once('response', (response) => {
    answer = response;
  });
  request.setTimeout(SILENCE_MS, () => {
    if (!answer?.readableLength) request.destroy(new Silent()); // otherwise it is we who do not read
  });
  return { request, answered: answerOf(request, options) };
}

class Silent extends Error {}

/** Yields the chunks of an answer. Throws Interrupted if it is cut. */
export async function* chunksOf(response: IncomingMessage, url: string): AsyncGenerator<Buffer> {
  try {
    yield* response;
  } catch (error) {
    throw connectionFailure(error, url);
  }
}

/** Converts what ended a connection. */
function connectionFailure(error: unknown, url: string): Error {
  if (error instanceof Silent)
    return new Interrupted(`Nothing has arrived from ${url} for ${SILENCE_MS / 1000} s.`);
  return networkFailure(error, url);
}

async function answerOf(request: ClientRequest, options: Options): Promise<IncomingMessage> {
  const { answer, expected, address } = options;
  const { url } = address;
  const [response]: [IncomingMessage] = await received(request, url);
  const type = response.headers['content-type'] ?? '';
  if (response.statusCode === 200 && type.startsWith(answer)) return response;
  const isProblem = type.startsWith('application/problem+json');
  const body = await text(response).catch(() => '');
  const problem: Problem = isProblem ? JSON.parse(body || '{}') : {};
  const pauseMs = pauseOf(response.headers['retry-after']);
  throw failureOf({ ...problem, status: response.statusCode ?? 0 }, { url, expected, pauseMs });
}

async function received(request: ClientRequest, url: string): Promise<[IncomingMessage]> {
  try {
    const [response] = await once(request, 'response');
    return [response];
  } catch (error) {
    throw connectionFailure(error, url);
  }
}
