import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import type { Scope } from '../accounts/viewer.ts';
import type { Context } from '../context.ts';
import { type Issue, unknownParameter } from '../errors/invalid-input.ts';
import { quoted } from '../errors/quoted.ts';
import type { Fields } from '../http/fields.ts';
import type { Answer } from './answer.ts';
import type { Documentation } from './documentation.ts';

export interface RestRequest {
  /** The values of `:id` and `:customer_id` in the path; empty if the path has none. */
  id: string;
  customerId: string;
  /** The fields of the query, a form or JSON. */
  fields: Fields;
  headers: IncomingHttpHeaders;
  /** Reads the body in pieces. Only an operation whose body is a list does so, once. */
  body(): AsyncIterable<Buffer>;
}

/** Returns the answer. It has a status only if that differs from the status of the operation. */
export type Handler = (request: RestRequest, context: Context) => Promise<Partial<Answer>>;

/** A documented field of a request. */
export interface Field {
  /** The part of the request that it is in. A field of the body can be in the query instead. */
  in: 'path' | 'query' | 'body' | 'header';
  /** Its name in the resolver's input, if different; empty if it is not passed to the resolver. */
  is?: string | readonly string[];
  /** The values that it can have, if REST spells them in its own way. */
  values?: readonly string[];
  /** Whether it can be in the query or a form more than once. Its value is a list. */
  repeats?: boolean;
  /** Whether a field of the path can also be in the body, with the same value. */
  isEchoed?: boolean;
  /** What it means, in Markdown, if its rule does not say so. */
  description?: string;
  /** What REST callers send, if that differs from the resolver's input. */
  schema?: z.ZodType;
}

/** One method of a path, as data, from which the API's documentation is generated. */
interface Definition {
  documentation: Documentation;
  /** The resolver that it calls. */
  resolver: { input: z.ZodType; scope: Scope };
  /** Its fields by their documented names. */
  fields: Readonly<Record<string, Field>>;
  /** How the body is read: as fields if omitted, or by the handler, as a list of any length in one of these media types. */
  lists?: readonly string[];
  /** The status of a successful answer. */
  status: number;
  handle: Handler;
}

/** How the face serves an operation. */
export interface Served extends Pick<Definition, 'lists' | 'status' | 'handle'> {
  /** The documented names of fields, by their names in the resolver's input. */
  names: ReadonlyMap<string, string>;
  /** Names that only the resolver's input has. A REST caller cannot use them. */
  undocumented: readonly string[];
  /** The documented names of fields that can be repeated. */
  repeatable: ReadonlySet<string>;
  /** The values that fields can have, by their documented names. */
  values: ReadonlyMap<string, readonly string[]>;
}

export type Operation = Definition & Served;
export type Methods = Readonly<Record<string, Operation>>;
/** The operations of each path, by method. `:id` is the third part of a path, `:customer_id` the fifth. HEAD is GET without the body. */
export type Resource = Readonly<Record<string, Methods>>;

export const operation = (definition: Definition): Operation => ({
  ...definition,
  names: namesOf(definition),
  undocumented: undocumentedOf(definition),
  ...valuesOf(definition),
});

function valuesOf({ fields }: Definition): Pick<Served, 'repeatable' | 'values'> {
  const entries = Object.entries(fields);
  return {
    repeatable: new Set(entries.flatMap(([name, { repeats }]) => (repeats ? [name] : []))),
    values: new Map(entries.flatMap(([name, { values }]) => (values ? [[name, values]] : []))),
  };
}

function namesOf({ fields }: Definition): Served['names'] {
  const names = new Map([['input', 'body']]);
  for (const [name, { is = [] }] of Object.entries(fields)) {
    for (const own of [is].flat()) names.set(own, name);
  }
  return names;
}

function undocumentedOf({ resolver, fields }: Definition): string[] {
  return namesIn(resolver.input).filter((name) => !Object.hasOwn(fields, name));
}

/** The names of an input's fields. Throws a TypeError if the input is not an object. */
function namesIn(input: z.ZodType): string[] {
  const object = input instanceof z.ZodPipe ? input.in : input;
  if (object instanceof z.ZodObject) return Object.keys(object.shape);
  throw new TypeError('The input of a REST operation must be an object.');
}

/** Returns the problems that a resolver cannot report with the names of REST: unknown parameters, and values that REST spells differently. */
export function issuesIn(fields: Fields, { undocumented, values }: Served): Issue[] {
  const issues = undocumented.filter((name) => name in fields).map(unknownParameter);
  for (const [param, allowed] of values) {
    const unknown = [fields[param] ?? []].flat().find((value) => !allowed.includes(String(value)));
    if (unknown === undefined) continue;
    issues.push({ param, message: `must be one of ${allowed.join(', ')}, not ${quoted(unknown)}` });
  }
  return issues;
}

/** Converts a whole number in a query string. Returns other values unchanged, so that the resolver rejects them. */
export const wholeNumber = (value: unknown): unknown =>
  typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
