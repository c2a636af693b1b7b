const STRING = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"/;
const PARAMETERS = /^(?:; *[a-z*][a-z\d_.*-]*(?:=(?:%?"(?:[^"\\]|\\["\\])*"|[^\s",;]+))?)*$/;

/**
 * Returns the unescaped string of a header that is a structured field of type String (RFC 9651, section 3.3.3), without its
 * parameters. Returns null if the header is not one.
 */
export function structuredString(header: string): string | null {
  const [quoted, content] = STRING.exec(header) ?? [];
  if (quoted === undefined || content === undefined) return null;
  if (!PARAMETERS.test(header.slice(quoted.length))) return null;
  return content.replaceAll(/\\(.)/g, '$1');
}
