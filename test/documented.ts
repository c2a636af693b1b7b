import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import type { Json } from './client.ts';

/** The document as it is committed. A test compares it with what the code generates. */
export const document: Json = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', 'openapi.json'), 'utf8'),
);

/** Characters that mean the same when they are percent-encoded (RFC 3986, section 2.3): letters, digits and `- . _ ~`. */
const UNRESERVED = /%(?:2[DE]|5F|7E|3\d|[46][1-9A-F]|[57][0-9A])/gi;

/** Statuses of requests that could not be read as HTTP. Their answers have no body. */
const UNREADABLE = new Set([400, 408, 413, 414, 417, 431]);
/** Statuses that any path and method can have, for what the document does not know. */
const ELSEWHERE = new Set([401, 404, 405, 429, 503]);

export interface Exchanged {
  method: string;
  /** The path with its query. */
  path: string;
  status: number;
  headers: { get(name: string): string | null };
  /** The text of the body. */
  body: string;
}

/**
 * Fails if the document does not have this answer: its operation, status, media type, or the properties of its body. Answers to paths
 * outside of the REST API are ignored.
 */
export function expectDocumented({ method, path, status, headers, body }: Exchanged): void {
  const [written = ''] = path.split('?');
  const pathname = written.replaceAll(UNRESERVED, decodeURIComponent);
  if (!pathname.startsWith('/v1/') || method === 'OPTIONS') return;
  const operation = operationAt(pathname, method === 'HEAD' ? 'get' : method.toLowerCase());
  const name = `${method} ${pathname} ${status}`;
  const type = headers.get('content-type')?.split(';')[0] ?? null;
  if (UNREADABLE.has(status) && type === null) return;
  if (!operation) {
    expect(ELSEWHERE, name).toContain(status);
    expectValid('#/components/schemas/Problem', method, body, name);
    return;
  }
  const response = operation.responses[status];
  expect(response, `${name} is documented`).toBeDefined();
  const { content = {} } = response.$ref ? at(response.$ref) : response;
  const types = Object.keys(content);
  if (type === null) expect(types, `${name} has no body`).toEqual([]);
  else expect(types, name).toContain(type);
  if (type === 'application/x-ndjson') {
    const { contentSchema } = content[type].schema;
    for (const line of linesOf(body)) expectOneOf(contentSchema.anyOf ?? [contentSchema], method, line, name);
  } else if (type?.endsWith('json')) expectValid(content[type].schema.$ref, method, body, name);
}

/** The lines of NDJSON. Each has an end, also the last one. */
const linesOf = (body: string): string[] => (body === '' ? [] : body.replace(/\n$/, '').split('\n'));

/** The operation of a path and a method; undefined if there is none. A path without parameters precedes one that has some. */
function operationAt(pathname: string, method: string): Json {
  const whole = document.paths[pathname];
  if (whole) return whole[method];
  const parts = pathname.split('/');
  const found = Object.entries<Json>(document.paths).find(([pattern]) => {
    const names = pattern.split('/');
    return (
      names.length === parts.length &&
      names.every((each, i) => (each.startsWith('{') ? parts[i] !== '' : each === parts[i]))
    );
  });
  return found?.[1][method];
}

const at = (reference: string): Json =>
  reference
    .slice(2)
    .split('/')
    .reduce((part: Json, name) => part[name], document);

const validators = new Map<string, ValidateFunction>();

function expectValid(reference: string, method: string, body: string, name: string): void {
  expectOneOf([{ $ref: reference }], method, body, name);
}

/** Fails if a text is not JSON of one of these schemas. */
function expectOneOf(schemas: readonly { $ref: string }[], method: string, text: string, name: string): void {
  if (method === 'HEAD') return;
  const value = JSON.parse(text);
  const errors = schemas.map(({ $ref }) => {
    const validate = validators.get($ref) ?? compiled($ref);
    validators.set($ref, validate);
    return validate(value) ? [] : validate.errors;
  });
  expect(errors.find((each) => each?.length === 0) ?? errors, `${name}: ${text.slice(0, 500)}`).toEqual([]);
}

/** Callers must ignore properties that they do not know. Here, one that is not documented is an error. */
function compiled(reference: string): ValidateFunction {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema(closed({ components: document.components }), 'document');
  const validate = ajv.getSchema(`document${reference}`);
  if (!validate) throw new Error(`The document has no ${reference}.`);
  return validate;
}

function closed(part: Json): Json {
  if (Array.isArray(part)) return part.map(closed);
  if (typeof part !== 'object' || part === null) return part;
  const parts = Object.fromEntries(Object.entries(part).map(([name, each]) => [name, closed(each)]));
  return part.properties && part.additionalProperties === undefined
    ? { ...parts, additionalProperties: false }
    : parts;
}
