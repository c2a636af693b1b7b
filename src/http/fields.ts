import { InvalidInput, type Issue } from '../errors/invalid-input.ts';
import { mediaTypeOf } from './media-type.ts';
import { repeatedNames } from './repeated-names.ts';
import { unsupportedMediaType } from './unsupported-media.ts';

/** Names and values as they were sent. The object has no prototype, so names such as `__proto__` have no special meaning. */
export type Fields = Record<string, unknown>;

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';
/** A merge patch (RFC 7396) of a flat object is read like JSON. Null, which would remove a property, is refused in both. */
const MERGE_PATCH = 'application/merge-patch+json';

/** The media types of bodies with fields, by method. */
export const mediaTypesOf = (method = ''): readonly string[] =>
  method === 'PATCH' ? [MERGE_PATCH, JSON_TYPE, FORM] : [JSON_TYPE, FORM];

/** Max parameters of a query string or a form. Each one that cannot be decoded takes as long as a small request. */
const MAX_PAIRS = 100;

const tooMany = (count: number) =>
  new InvalidInput([
    { param: 'parameters', message: `must be at most ${MAX_PAIRS}, not ${count.toLocaleString('en')}` },
  ]);

/** Which names of a query string or a form have a special treatment. */
interface Names {
  /** If given, all other names are ignored, even if they are malformed. */
  known?: ReadonlySet<string>;
  /** Names that may be repeated. Each has a list of values. */
  repeatable?: ReadonlySet<string> | undefined;
}

/**
 * Reads a query string or a form. Names that are not `repeatable` are refused if they are repeated, because it is not clear which value
 * is meant.
 */
export function formFields(text: string, { known, repeatable }: Names = {}): Fields {
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
    else if (repeatable?.has(name)) fields[name] = [...listIn(fields, name), value];
    else if (name in fields) issues.push(repeated(name));
    else fields[name] = value;
  }
  if (issues.length > 0) throw new InvalidInput(issues);
  return fields;
}

/** Reads a body of JSON, or of a form, which is what `curl -d` sends. Throws UNSUPPORTED_MEDIA_TYPE for any other type. */
export function bodyFields(
  text: string,
  method: string | undefined,
  contentType: string | undefined,
  { repeatable }: Pick<Names, 'repeatable'> = {},
): Fields {
  const accepted = mediaTypesOf(method);
  const { type, isUtf8 } = mediaTypeOf(contentType);
  if (isUtf8 && accepted.includes(type))
    return type === FORM ? formFields(text, { repeatable }) : jsonFields(text);
  if (text === '' && contentType === undefined) return Object.create(null);
  throw unsupportedMediaType(accepted, { isPatch: method === 'PATCH' });
}

/** Joins the fields of two parts of a request. Throws INVALID_INPUT if a field is in both. */
export function joined(some: Fields, others: Fields): Fields {
  const issues: Issue[] = [];
  for (const name in others) {
    if (name in some) issues.push(repeated(name));
    else some[name] = others[name];
  }
  if (issues.length > 0) throw new InvalidInput(issues);
  return some;
}

const listIn = (fields: Fields, name: string): readonly unknown[] => {
  const list = fields[name];
  return Array.isArray(list) ? list : [];
};

const repeated = (param: string): Issue => ({ param, message: 'must not be given more than once' });

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
}

/** Reads a JSON object. Throws INVALID_INPUT, also if it has a name twice. */
export function jsonFields(text: string): Fields {
  const value = parsed(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw notAnObject();
  const issues = repeatedNames(value, text).map(repeated);
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
