import { parse } from 'content-type';

const JSON_TYPE = { type: 'application/json', isUtf8: true };

/** Reads a Content-Type (RFC 9110, section 8.3.1): the type in lower case, and whether its charset is UTF-8 or omitted. */
export function mediaTypeOf(header = ''): { type: string; isUtf8: boolean } {
  if (header === JSON_TYPE.type) return JSON_TYPE;
  const { type, parameters } = parse(header);
  return { type, isUtf8: isUtf8(parameters.charset) };
}

/** US-ASCII is a subset of UTF-8. Some clients put the charset in single quotation marks. */
const UTF_8 = /^'?(utf-?8|us-ascii)'?$/i;

/** Whether text of this charset can be read as UTF-8. True if the charset is omitted. */
export const isUtf8 = (charset: string | undefined): boolean => charset === undefined || UTF_8.test(charset);
