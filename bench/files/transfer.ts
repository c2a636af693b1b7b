import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { type Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const PATH = '/v1/customer-segments';

interface Target {
  url: string;
  token: string;
}

/** Imports a file, and returns the summary. The results are read while the file is sent. */
export async function importFrom(
  file: Readable,
  { url, token }: Target,
  { type, key }: { type: string; key?: string },
): Promise<Record<string, unknown>> {
  const sent = request(`${url}${PATH}/import`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': type,
      ...(key !== undefined && { 'idempotency-key': key }),
    },
  });
  const answered: Promise<[IncomingMessage]> = once(sent, 'response').then(([response]) => [response]);
  const sending = pipeline(file, sent);
  const [response] = await answered;
  let end = '';
  for await (const piece of response.setEncoding('utf8')) end = (end + piece).slice(-2_000);
  await sending;
  const summary = end.trimEnd().split('\n').at(-1) ?? '';
  if (response.statusCode !== 200) throw new Error(`${response.statusCode} ${end}`);
  return JSON.parse(summary);
}

/** Exports all segments of an account, and returns how many bytes they have. `sink` is where they go. */
export async function exportTo(sink: Writable | null, { url, token }: Target, type: string): Promise<number> {
  const sent = request(`${url}${PATH}/export`, {
    headers: { authorization: `Bearer ${token}`, accept: type },
  });
  sent.end();
  const [response]: [IncomingMessage] = await once(sent, 'response').then(([response]) => [response]);
  if (response.statusCode !== 200) throw new Error(`${response.statusCode}`);
  let bytes = 0;
  response.on('data', (piece: Buffer) => {
    bytes += piece.length;
  });
  await pipeline(response, sink ?? new Writable({ write: (_piece, _encoding, done) => done() }));
  return bytes;
}
