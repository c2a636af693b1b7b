import { Refusal } from '../../errors/refusals.ts';
import { MAX_BODY } from '../../http/body.ts';

/** Max bytes of a body with many entries to write: a thousand, of a thousand bytes each. */
export const MAX_LONG_BODY = 1024 * 1024;

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
/** The characters with which values begin: `[`, `{`, `,` and `:`. */
const STRUCTURE: ReadonlySet<number> = new Set([0x5b, 0x7b, 0x2c, 0x3a]);
/** Max of these characters outside of strings. A thousand entries with all fields have less than half as many. */
const MAX_STRUCTURE = 32 * 1024;

/**
 * Parses a body of more than 64 KiB. Only the number of texts in its variables can be larger than in another body: the time to parse JSON
 * mostly depends on the number of values, and a megabyte of brackets took 150 ms (2026-11-28). Each text can have 64 KiB, and so can
 * everything except for the variables. `parse` parses the text. Throws PAYLOAD_TOO_LARGE, and whatever `parse` throws.
 */
export function parsedLong(text: string, parse: () => unknown): unknown {
  checkForm(text);
  const body = parse();
  if (typeof body === 'object' && body !== null && 'variables' in body) {
    if (JSON.stringify({ ...body, variables: null }).length <= MAX_BODY) return body;
  }
  throw tooLarge(`Without its variables, a request body can have at most ${LIMIT} bytes.`);
}

/** Throws PAYLOAD_TOO_LARGE if JSON has many values or a long text. Takes about a millisecond for a megabyte. */
function checkForm(text: string): void {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      const end = endOfString(text, i);
      if (end - i > MAX_BODY) throw tooLarge(`A text in a request body can have at most ${LIMIT} bytes.`);
      i = end;
    } else if (STRUCTURE.has(code)) {
      count += 1;
      if (count > MAX_STRUCTURE) throw tooLarge(MANY_VALUES);
    }
  }
}

/** Returns the position of the quotation mark that ends a string, or of the end of the text. */
function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === BACKSLASH) i += 1;
    else if (code === QUOTE) return i;
  }
  return text.length;
}

const LIMIT = MAX_BODY.toLocaleString('en');
const MANY_VALUES = `A request body of more than ${LIMIT} bytes can have at most ${MAX_STRUCTURE.toLocaleString('en')} values. Send fewer entries.`;

const tooLarge = (message: string) => new Refusal('PAYLOAD_TOO_LARGE', message);
