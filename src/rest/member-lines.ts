import { InvalidInput, type Issue, unknownParameter } from '../errors/invalid-input.ts';
import { charged, type LoopShare } from '../fairness/loop-time.ts';
import type { CsvRecord } from '../http/csv-parser.ts';
import { csvRecordsOf } from '../http/csv-records.ts';
import { jsonFields } from '../http/fields.ts';
import { type Line, linesOf } from '../http/lines.ts';
import { readerOfType } from '../http/reader-of-type.ts';
import type { CustomerLine } from '../members/customer-line.ts';
import { tableReader } from './table-reader.ts';

type Loop = LoopShare | undefined;
type Pieces = AsyncIterable<Buffer>;

/** Max bytes of a line, or of a record. */
const MAX_LINE = 16 * 1024;

const READERS: Readonly<Record<string, (pieces: Pieces, loop: Loop) => AsyncGenerator<CustomerLine[]>>> = {
  'text/plain': (pieces, loop) => customersOf(linesOf(pieces, MAX_LINE), decoded(customerOfText), loop),
  'text/csv': (pieces, loop) =>
    customersOf(csvRecordsOf(pieces, { max: MAX_LINE, loop }), customerOfRecord(), loop),
  'application/x-ndjson': (pieces, loop) =>
    customersOf(linesOf(pieces, MAX_LINE), decoded(customerOfJson), loop),
};

/** The media types of lists of customers. */
export const LIST_TYPES = Object.keys(READERS);

/**
 * Returns the function that reads a list of customers, and charges the account for it. Throws UNSUPPORTED_MEDIA_TYPE.
 */
export function listReader(contentType: string | undefined, loop: Loop) {
  const read = readerOfType(READERS, contentType);
  return (pieces: Pieces) => read(pieces, loop);
}

/** Reads lines or records. An empty one is an empty id, unless only empty ones follow. */
async function* customersOf<Each extends Line | CsvRecord>(
  batches: AsyncIterable<Each[]>,
  customerOf: (each: Each) => CustomerLine | null,
  loop: Loop,
): AsyncGenerator<CustomerLine[]> {
  let empty: number | undefined;
  const customers = (each: Each): CustomerLine[] => {
    if (isEmpty(each)) {
      empty ??= each.number;
      return [];
    }
    const before = empty === undefined ? [] : [{ number: empty, customerId: '' }];
    empty = undefined;
    const customer = customerOf(each);
    return customer ? [...before, customer] : before;
  };
  for await (const batch of batches) yield charged(loop, () => batch.flatMap(customers));
}

const isEmpty = (each: Line | CsvRecord): boolean =>
  'text' in each ? each.text === '' : each.fields.length === 0 && !each.problems;

/** A line that can be decoded. */
type Text = Line & { text: string };

const decoded =
  (read: (line: Text) => CustomerLine) =>
  ({ number, text }: Line): CustomerLine =>
    text === null ? { number, problems: NOT_UTF_8 } : read({ number, text });

const NOT_UTF_8: Issue[] = [{ param: '', message: 'must be UTF-8' }];

const customerOfText = ({ number, text }: Text): CustomerLine => ({ number, customerId: text });

/** Reads one column, and ignores the others. */
const customerOfRecord = () =>
  tableReader(({ number, fields, problems }) => {
    const at = problems ? -1 : fields.indexOf('customer_id');
    if (at >= 0 && fields.lastIndexOf('customer_id') === at) return (values) => ({ customerId: values[at] });
    throw new InvalidInput([
      { param: `lines.${number}`, message: 'must name the columns, one of them customer_id' },
    ]);
  });

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
