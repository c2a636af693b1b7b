import { InvalidInput } from '../errors/invalid-input.ts';
import { quoted } from '../errors/quoted.ts';
import type { CsvRecord } from '../http/csv-parser.ts';
import { WRITABLE } from '../segments/segment.ts';
import { CustomerSegment } from './schemas.ts';

type Column = keyof typeof CustomerSegment.shape;

/** The columns of a file of segments in CSV, in the order in which they are written. */
export const COLUMNS: readonly string[] = CustomerSegment.keyof().options;

const REQUIRED: readonly string[] = WRITABLE;
/** Columns in which an empty field is no value. In the others, it is an empty text. */
const OPTIONAL = COLUMNS.filter((column) => !REQUIRED.includes(column));
const TIMES: readonly string[] = ['created_at', 'updated_at'] satisfies Column[];

/**
 * Returns the function that reads the fields of the records below a header. Throws INVALID_INPUT if the header does not have the columns of
 * a segment.
 */
export function propertiesBelow({ number, fields: names, problems }: CsvRecord) {
  const messages = wrongSeparator(names) ?? problems?.map(({ message }) => message) ?? problemsOf(names);
  if (messages.length > 0) {
    throw new InvalidInput(messages.map((message) => ({ param: `lines.${number}`, message })));
  }
  const columns = names.map((name, at) => ({
    name,
    at,
    isOptional: OPTIONAL.includes(name),
    isTime: TIMES.includes(name),
  }));
  return (fields: readonly string[]) => {
    const properties: Record<string, unknown> = {};
    for (const { name, at, isOptional, isTime } of columns) {
      const field = fields[at];
      if (field !== '' || !isOptional) properties[name] = isTime ? wholeSeconds(field) : field;
    }
    return { properties };
  };
}

/** The refusal of a file without a header. */
export const missingHeader = () =>
  new InvalidInput([{ param: 'lines.1', message: `must name the columns: ${ALLOWED}` }]);

const ALL = COLUMNS.join(', ');
const ALLOWED = `${REQUIRED.join(', ')}, and optionally ${OPTIONAL.join(', ')}`;

const SEPARATORS: readonly [separator: string, called: string][] = [
  [';', 'semicolons'],
  ['\t', 'tabs'],
];

/** With another separator, fields in quotation marks are malformed, which says less. */
function wrongSeparator(names: readonly string[]): string[] | undefined {
  if (names.some(isColumn)) return undefined;
  const header = names.join(',').replaceAll('"', '');
  const [, found] = SEPARATORS.find(([separator]) => header.split(separator).some(isColumn)) ?? [];
  return found === undefined ? undefined : [`must separate the columns by commas, not by ${found}`];
}

function problemsOf(names: readonly string[]): string[] {
  if (names.some((name) => name.includes('\r'))) return ['must end with LF or CRLF, not with CR alone'];
  if (!names.some(isColumn)) {
    return [`must name the columns: ${ALLOWED}. It begins with ${quoted(names.join(','))}`];
  }
  const unknown = names.filter((name) => !isColumn(name));
  const missing = REQUIRED.filter((name) => !names.includes(name));
  const repeated = COLUMNS.filter((name) => names.indexOf(name) !== names.lastIndexOf(name));
  return [
    ...unknown.map((name) => `must not have the column ${quoted(name)}, only ${ALL}`),
    ...missing.map((name) => `must have the column ${name}`),
    ...repeated.map((name) => `must have the column ${name} only once`),
  ];
}

const isColumn = (name: string): boolean => COLUMNS.includes(name);

/** Another text is left as it is, so that it is refused like every other value. */
const wholeSeconds = (field: string | undefined) =>
  field !== undefined && /^-?\d{1,15}$/.test(field) ? Number(field) : field;
