import { setImmediate as nextTurn } from 'node:timers/promises';
import { InvalidInput, type Issue } from '../errors/invalid-input.ts';
import { quoted } from '../errors/quoted.ts';
import { charged, type LoopShare } from '../fairness/loop-time.ts';
import { csvRecordsOf } from '../http/csv-records.ts';
import { jsonFields } from '../http/fields.ts';
import { type Line, linesOf } from '../http/lines.ts';
import { readerOfType } from '../http/reader-of-type.ts';
import type { FileLine } from '../segments/import/file-line.ts';
import { missingHeader, propertiesBelow } from './segment-columns.ts';
import { tableReader } from './table-reader.ts';
import { textPieces } from './text-pieces.ts';

type Loop = LoopShare | undefined;
type Pieces = AsyncIterable<Buffer>;

/** Max bytes of a line, or of a record. The longest segment has 123 KB in NDJSON, if all of its characters are escaped pairs. */
const MAX_LINE = 128 * 1024;

/** Max lines of JSON that are parsed in one turn of the event loop. Explaining what is wrong with one takes up to 10 µs. */
const MAX_PARSED = 500;

const READERS: Readonly<Record<string, (pieces: Pieces, loop: Loop) => AsyncGenerator<FileLine[]>>> = {
  'application/x-ndjson': linesOfJson,
  'text/csv': linesOfCsv,
};

/** The media types of files of segments. */
export const FILE_TYPES = Object.keys(READERS);

/**
 * Returns the function that reads a file of segments, and charges the account for it. Empty lines are skipped. Throws
 * UNSUPPORTED_MEDIA_TYPE.
 */
export function fileReader(contentType: string | undefined, loop: Loop) {
  const read = readerOfType(READERS, contentType);
  return (pieces: Pieces) => read(textPieces(pieces), loop);
}

async function* linesOfCsv(pieces: Pieces, loop: Loop): AsyncGenerator<FileLine[]> {
  const read = tableReader(propertiesBelow);
  let hasHeader = false;
  for await (const records of csvRecordsOf(pieces, { max: MAX_LINE, loop })) {
    const filled = records.filter(({ fields, problems }) => fields.length > 0 || problems);
    hasHeader ||= filled.length > 0;
    yield charged(loop, () => filled.flatMap((record) => read(record) ?? []));
  }
  if (!hasHeader) throw missingHeader();
}

async function* linesOfJson(pieces: Pieces, loop: Loop): AsyncGenerator<FileLine[]> {
  for await (const lines of linesOf(pieces, MAX_LINE)) {
    const filled = lines.filter(({ text }) => text !== '');
    for (let start = 0; start < filled.length; start += MAX_PARSED) {
      if (start > 0) await nextTurn();
      yield charged(loop, () => filled.slice(start, start + MAX_PARSED).map(lineOfJson));
    }
  }
}

function lineOfJson({ number, text }: Line): FileLine {
  if (text === null) return { number, problems: NOT_UTF_8 };
  try {
    return { number, properties: jsonFields(text) };
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const problems = error.issues.map((issue) => (issue.param === 'body' ? notAnObject(text) : issue));
    return { number, problems };
  }
}

const NOT_UTF_8: Issue[] = [{ param: '', message: 'must be UTF-8' }];

/** Says where a text stops being JSON, or what else it is. */
function notAnObject(text: string): Issue {
  const message = 'must be a JSON object on one line';
  try {
    return { param: '', message: `${message}, not ${quoted(JSON.parse(text))}` };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { param: '', message: `${message}: ${error.message.replace(/ \(line 1 column \d{1,9}\)$/, '')}` };
  }
}
