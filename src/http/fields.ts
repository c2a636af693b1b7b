import { InvalidInput, type Issue } from '../errors/invalid-input.ts';
import { mediaTypeOf } from './media-type.ts';
import { unsupportedMediaType } from './unsupported-media.ts';

/** Names and values as they were sent. It has no prototype, so that no name can mean more than it says. */
export type Fields = Record<string, unknown>;

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';
/** For an object of texts, a merge patch (RFC 7396) says what JSON says: null, which would remove one, is refused as ever. */
const MERGE_PATCH = 'application/merge-patch+json';

/** The media types of bodies with fields, by method. */
export const mediaTypesOf = (method = ''): readonly string[] =>
  method === 'PATCH' ? [MERGE_PATCH, JSON_TYPE, FORM] : [JSON_TYPE, FORM];

/** Parameters of a query string or a form. Each that cannot be decoded takes as long as a small request. */
const MAX_PAIRS = 100;

const tooMany = (count: number) =>
  new InvalidInput([
    { param: 'parameters', message: `must be at most ${MAX_PAIRS}, not ${count.toLocaleString('en')}` },
  ]);

/**
 * A query string or a form. A name that comes twice is refused: which one was meant? Where only some names are `known`,
 * the others are ignored, whatever is wrong with them.
 */
export function formFields(text: string, known?: ReadonlySet<string>): Fields {
  const fields: Fields = Object.create(null);
  if (text === '') return fields;
  const issues: Issue[] = [];
  const pairs = text.split('&');
  if (pairs.length > MAX_PAIRS) throw tooMany(pairs.length);
  for (const pair of pairs) {
    if (pair === '') continue;
    const mark = pair.indexOf('=');
    const name = decoded(mark < 0 ? pair : pair.slice(0, mark));
    if (known && !known.has(name ?? '')) continue;
    const value = mark < 0 ? '' : decoded(pair.slice(mark + 1));
    if (name === null)
      issues.push({ param: 'body', message: 'has a name that is not percent-encoded UTF-8' });
    else if (value === null) issues.push({ param: name, message: 'must be percent-encoded UTF-8' });
    else if (name in fields) issues.push(repeated(name));
    else fields[name] = value;
  }
  if (issues.length > 0) throw new InvalidInput(issues);
  return fields;
}

/** A body, from a form (what `curl -d` sends) or JSON. Throws UNSUPPORTED_MEDIA_TYPE for a type its method does not take. */
export function bodyFields(
  text: string,
  method: string | undefined,
  contentType: string | undefined,
): Fields {
  const accepted = mediaTypesOf(method);
  const { type, isUtf8 } = mediaTypeOf(contentType);
  if (isUtf8 && accepted.includes(type)) return type === FORM ? formFields(text) : jsonFields(text);
  if (text === '' && contentType === undefined) return Object.create(null);
  throw unsupportedMediaType(accepted, { isPatch: method === 'PATCH' });
}

/** Fields from two places of one request. One that comes from both is refused. */
export function joined(some: Fields, others: Fields): Fields {
  const issues = Object.keys(others).flatMap((name) => (name in some ? [repeated(name)] : []));
  if (issues.length > 0) throw new InvalidInput(issues);
  return Object.assign(some, others);
}

const repeated = (param: string): Issue => ({ param, message: 'is given more than once' });

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
}

function jsonFields(text: string): Fields {
  const value = parsed(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw notAnObject();
  const issues = repeatedNames(text).map(repeated);
  if (issues.length > 0) throw new InvalidInput(issues);
  return Object.assign(Object.create(null), value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notAnObject();
  }
}

const notAnObject = () => new InvalidInput([{ param: 'body', message: 'must be a JSON object' }]);

/** A string may lack its end, which none does in text that JSON.parse took: so the expression never goes back. */
const TOKENS = /"(?:[^"\\]|\\.)*"?|[{}[\]:]/g;

/** Names that a JSON object holds twice, which JSON.parse passes over. Only for text that it took. */
function repeatedNames(text: string): string[] {
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
