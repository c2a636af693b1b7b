import { pipeline } from 'node:stream/promises';
import type { LineResult } from '../../segments/import/file-line.ts';
import { type FileFormat, MEDIA_TYPES } from '../file-format.ts';
import type { Address } from '../gateway/address.ts';
import { failureOf, Interrupted } from '../gateway/failure.ts';
import { chunksOf, openRequest } from '../gateway/request.ts';
import { textLines } from '../gateway/text-lines.ts';
import type { Summary } from './result.ts';
import type { Source } from './source.ts';

/** A file to send, where to, and what becomes of it. */
export interface Upload {
  address: Address;
  source: Source;
  format: FileFormat;
  query: Readonly<Record<string, string | undefined>>;
  /** The idempotency key; none for a dry run. */
  key: string | undefined;
  signal: AbortSignal;
  onSent(chunk: Buffer): void;
  onResults(results: readonly LineResult[]): void;
}

const EXPECTED = 'imports';

/**
 * Sends a file and reads the results while it is sent, each as fast as the other side can. Returns the summary. Throws Interrupted
 * if the file can be sent again, or another error if the gateway refuses it.
 */
export async function upload(options: Upload): Promise<Summary> {
  const { address, source, format, query, key, signal, onSent, onResults } = options;
  const { request, answered } = await openRequest({
    ...{ address, query, signal, method: 'POST', path: 'v1/customer-segments/import' },
    headers: { 'content-type': MEDIA_TYPES[format], ...(key !== undefined && { 'idempotency-key': key }) },
    answer: 'application/x-ndjson',
    expected: EXPECTED,
  });
  const { url } = address;
  const file = source.open();
  let unreadable: Error | undefined;
  file.on('data', onSent).on('error', (error) => {
    unreadable = error;
  });
  pipeline(file, request).catch(() => {}); // the answer ends as well, and says more
  try {
    for await (const lines of textLines(chunksOf(await answered, url))) {
      const parsed: (LineResult | Summary)[] = lines.map((line) => JSON.parse(line));
      onResults(parsed.filter((each) => 'line' in each));
      const summary = parsed.find((each) => 'complete' in each);
      if (summary?.problem) throw failureOf(summary.problem, { url, expected: EXPECTED });
      if (summary) return summary;
    }
    throw new Interrupted(`${url} ended the import before its end.`);
  } catch (error) {
    throw unreadable ?? error;
  } finally {
    file.destroy();
    request.destroy();
  }
}
