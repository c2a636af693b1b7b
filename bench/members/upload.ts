import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Started } from '../systems.ts';
import type { MemberSample } from './sample.ts';
import { gateway } from './systems.ts';

const LINES_PER_PIECE = 1_000;

/** A part of the numbered customers. */
interface List {
  first: number;
  count: number;
}

/** Replaces the members of a segment by a list. Returns the status: 200, or 405 or 415 if the gateway has no such operation. */
export async function upload(
  { url }: Started,
  sample: MemberSample,
  segmentId: string,
  list: List,
): Promise<number> {
  const sent = request(`${url}/v1/customer-segments/${segmentId}/members`, {
    method: 'PUT',
    headers: { ...gateway.headers(sample), 'content-type': 'text/plain' },
  });
  const answered: Promise<[IncomingMessage]> = once(sent, 'response').then(([response]) => [response]);
  // A gateway that refuses the list may not read all of it.
  await pipeline(Readable.from(linesOf(list)), sent).catch(() => {});
  const [response] = await answered;
  const body = await text(response);
  const { statusCode = 0 } = response;
  if (statusCode === 200 || statusCode === 405 || statusCode === 415) return statusCode;
  throw new Error(`${statusCode} ${body}`);
}

/** The ids of customers, one a line, in pieces. */
function* linesOf({ first, count }: List): Generator<Buffer> {
  for (let i = 0; i < count; i += LINES_PER_PIECE) {
    const lines = Array.from(
      { length: Math.min(LINES_PER_PIECE, count - i) },
      (_, j) => `customer-of-a-list-${first + i + j}\n`,
    );
    yield Buffer.from(lines.join(''));
  }
}
