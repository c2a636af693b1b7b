import { type FileFormat, MEDIA_TYPES } from '../file-format.ts';
import type { Address } from '../gateway/address.ts';
import { Interrupted } from '../gateway/failure.ts';
import { chunksOf, openRequest } from '../gateway/request.ts';
import { recordScanner } from '../record-scanner.ts';
import type { Destination } from './destination.ts';

interface Options {
  address: Address;
  format: FileFormat;
  query: Readonly<Record<string, string | undefined>>;
  destination: Destination;
  signal: AbortSignal;
  /** Receives how many records have arrived. */
  onRecords(count: number): void;
}

/** Downloads an export to its destination, and returns the cursor of the event log at that moment. Throws Interrupted if it is cut. */
export async function download(options: Options): Promise<{ cursor: string }> {
  const { address, format, query, destination, signal, onRecords } = options;
  const { request, answered } = await openRequest({
    ...{ address, query, signal, method: 'GET', path: 'v1/customer-segments/export' },
    answer: MEDIA_TYPES[format],
    expected: 'exports',
  });
  request.end();
  let hasWritten = false;
  try {
    const response = await answered;
    const cursor = response.headers['event-cursor'];
    const scan = recordScanner(format);
    let records = format === 'csv' ? -1 : 0; // the header of CSV is none
    const chunks = async function* () {
      for await (const chunk of chunksOf(response, address.url)) {
        for (const { isFirst } of scan(chunk)) if (isFirst) records += 1;
        onRecords(Math.max(records, 0));
        hasWritten = true;
        yield chunk;
      }
    };
    await destination.write(chunks(), signal);
    return { cursor: String(cursor) };
  } catch (error) {
    if (error instanceof Interrupted && hasWritten && !destination.canRepeat)
      throw new Error(`${error.message} The export is not complete.`);
    throw error;
  } finally {
    request.destroy();
  }
}
