/** Returns the names that occur more than once in the text of a JSON object. JSON.parse accepts them. `object` is its result for the text. */
export const repeatedNames = (object: object, text: string): string[] =>
  isComplete(object, text) ? [] : comparedNames(text);

/**
 * Returns whether an object has as many strings as the JSON text that it was parsed from. If so, no name is repeated, because JSON.parse
 * keeps only the last of several values with the same name. Each string of the text has two quotation marks. Counting them takes a tenth of
 * the time that comparing names takes. Returns false if the object is not flat or the text has escapes, because the count proves nothing then.
 */
function isComplete(object: object, text: string): boolean {
  if (text.includes('\\')) return false;
  let strings = 0;
  for (const value of Object.values(object)) {
    if (typeof value === 'object' && value !== null) return false;
    strings += typeof value === 'string' ? 2 : 1; // its name, and the value
  }
  let marks = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) marks += 1;
  return marks === 2 * strings;
}

/** The closing quotation mark is optional, so that the expression never backtracks. In valid JSON, it is never missing. */
const TOKENS = /"(?:[^"\\]|\\.)*"?|[{}[\]:]/g;

/** Returns the repeated names of any JSON object by comparing its names. */
export function comparedNames(text: string): string[] {
  const names = new Set<string>();
  const repeats = new Set<string>();
  let depth = 0;
  let last = '';
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (token === ':' && depth === 1) {
      const name: string = JSON.parse(last);
      (names.has(name) ? repeats : names).add(name);
    }
    last = token;
  }
  return [...repeats];
}
