import { InvalidInput, type Issue, unknownParameter } from '../errors/invalid-input.ts';
import { charged, type LoopShare } from '../fairness/loop-time.ts';
import { jsonFields } from '../http/fields.ts';
import { type Line, linesOf } from '../http/lines.ts';
import { mediaTypeOf } from '../http/media-type.ts';
import { unsupportedMediaType } from '../http/unsupported-media.ts';
import type { CustomerLine } from '../members/customer-line.ts';
import { csvReader } from './csv.ts';
import type { LineReader, Text } from './line-reader.ts';

const READERS: Readonly<Record<string, () => LineReader>> = {
  'text/plain': () => ({ read: ({ number, text }) => ({ number, customerId: text }) }),
  'text/csv': () => csvReader('customer_id'),
  'application/x-ndjson': () => ({ read: customerOfJson }),
};

/** The media types of lists of customers. */
export const LIST_TYPES = Object.keys(READERS);

/**
 * Returns the function that reads a list of customers, and charges the account for it. Throws UNSUPPORTED_MEDIA_TYPE.
 */
export function listReader(contentType: string | undefined, loop: LoopShare | undefined) {
  const { type, isUtf8 } = mediaTypeOf(contentType);
  const newReader = isUtf8 && Object.hasOwn(READERS, type) ? READERS[type] : undefined;
  if (!newReader) throw unsupportedMediaType(LIST_TYPES);
  return async function* (pieces: AsyncIterable<Buffer>): AsyncGenerator<CustomerLine[]> {
    const { read, end } = skippingLastEmpty(newReader());
    for await (const lines of linesOf(pieces)) {
      yield charged(loop, () => lines.flatMap(read));
    }
    end?.();
  };
}

/** An empty line is an empty id, unless only empty lines follow. */
function skippingLastEmpty({ read, isWithin, end }: LineReader) {
  let empty: number | undefined;
  const customerOf = ({ number, text }: Line): CustomerLine | null =>
    text === null ? { number, problems: NOT_UTF_8 } : read({ number, text });

  return {
    read(line: Line): CustomerLine[] {
      if (line.text === '' && !isWithin?.()) {
        empty ??= line.number;
        return [];
      }
      const before = empty === undefined ? [] : [{ number: empty, customerId: '' }];
      empty = undefined;
      const customer = customerOf(line);
      return customer ? [...before, customer] : before;
    },
    end,
  };
}

const NOT_UTF_8: Issue[] = [{ param: '', message: 'must be UTF-8' }];

/** Reads `{"customer_id": "…"}`. A list of members also has `joined_at`, which is ignored. */
function customerOfJson({ number, text }: Text): CustomerLine {
  try {
    const { customer_id: customerId, joined_at: _, ...others } = jsonFields(text);
    const unknown = Object.keys(others).map(unknownParameter);
    if (unknown.length > 0) return { number, problems: unknown };
    return customerId === undefined ? { number, problems: NO_ID } : { number, customerId };
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return {
      number,
      problems: error.issues.map((issue) => (issue.param === 'body' ? { ...issue, param: '' } : issue)),
    };
  }
}

const NO_ID: Issue[] = [{ param: 'customer_id', message: 'is required' }];
