import { type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import { type Answered, type Json, rest } from '../client.ts';
import type { TestGateway, Who } from '../harness.ts';

export const NDJSON = 'application/x-ndjson';
export const CSV = 'text/csv';

interface Options {
  type?: string;
  as?: Who;
  /** Such as `?dry_run=true`. */
  query?: string;
  headers?: Record<string, string>;
}

/** Imports a file, and returns the lines of the answer. */
export async function importFile(
  gateway: TestGateway,
  body: string,
  { type = NDJSON, as = 'ada', query = '', headers = {} }: Options = {},
): Promise<Answered & { results: Json[]; summary: Json }> {
  const options = { method: 'POST', body, as, headers: { 'content-type': type, ...headers } };
  const answer = await rest(gateway, `/import${query}`, options);
  const lines = answer.status === 200 ? answer.body.trimEnd().split('\n') : [];
  const results = lines.map((line: string) => JSON.parse(line));
  return { ...answer, results, summary: results.pop() };
}

/** Exports the segments of an account as the text of a file. */
export const exportFile = (
  gateway: TestGateway,
  { type = NDJSON, as = 'ada', query = '' }: Options = {},
): Promise<Answered> => rest(gateway, `/export${query}`, { as, headers: { accept: type } });

/** Begins an import whose lines a test sends one by one. */
export function beginImport(
  gateway: Pick<TestGateway, 'url' | 'authorization'>,
  { type = NDJSON, as = 'ada', query = '', headers = {} }: Options = {},
) {
  const call = request(`${gateway.url}/v1/customer-segments/import${query}`, {
    method: 'POST',
    agent: false,
    headers: { ...gateway.authorization(as), 'content-type': type, ...headers },
  });
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    call.once('response', resolve);
    call.on('error', reject);
  });
  answer.catch(() => {}); // a test that breaks off an import does not wait for its answer
  const lines = linesIn(answer);
  call.flushHeaders();
  return {
    request: call,
    /** Sends a part of the file. */
    send: (part: string) => void call.write(part),
    /** Reads the next line of the answer; undefined after the last one. Rejects if the connection is closed before the end. */
    next: async (): Promise<Json> => (await lines.next()).value,
    end: () => void call.end(),
  };
}

async function* linesIn(answer: Promise<IncomingMessage>): AsyncGenerator<Json> {
  const response = await answer;
  for await (const line of createInterface({ input: response })) yield JSON.parse(line);
  if (!response.complete) throw new Error('The answer is incomplete.');
}

/** A line of a file that creates a segment. */
export const lineOf = (given: object = {}): string =>
  `${JSON.stringify({ name: 'High Spend Customers', criteria: 'spend > 1000', description: '', ...given })}\n`;

/** Lines that create segments. */
export const linesWith = (count: number, given: object = {}): string =>
  Array.from({ length: count }, (_, i) => lineOf({ name: `Segment ${i}`, ...given })).join('');
