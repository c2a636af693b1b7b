import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import type { Context } from '../context.ts';
import type { Fields } from '../http/fields.ts';
import type { Answer } from './answer.ts';

export interface RestRequest {
  /** What stands in the path for `:id`; empty if the path has no `:id`. */
  id: string;
  /** The fields of the query, a form or JSON. */
  fields: Fields;
  headers: IncomingHttpHeaders;
}

/** Returns the answer, with a status only if it is not the operation's own. */
export type Handler = (request: RestRequest, context: Context) => Promise<Partial<Answer>>;

/** A documented field of a request. */
interface Field {
  /** Where it stands. A field of the body may stand in the query instead. */
  in: 'path' | 'query' | 'body' | 'header';
  /** What the resolver calls it, if REST spells it differently; empty if the resolver does not get it. */
  is?: string | readonly string[];
}

interface Definition {
  /** What it calls; undefined if the operation only describes the API. */
  resolver?: { input: z.ZodType };
  /** Its fields by their documented names. */
  fields: Readonly<Record<string, Field>>;
  /** The status of a successful answer. */
  status: number;
  handle: Handler;
}

/** One method of a path, as data: the document of the API can be generated from it. */
export interface Operation extends Definition {
  /** The documented names of what the resolver calls otherwise. */
  names: ReadonlyMap<string, string>;
  /** Fields that the resolver knows by names of its own. To a REST caller they are unknown. */
  undocumented: readonly string[];
}

export type Methods = Readonly<Record<string, Operation>>;
/** The operations of each path, by method. `:id` may stand for one part of a path. HEAD is GET without its body. */
export type Resource = Readonly<Record<string, Methods>>;

export const operation = (definition: Definition): Operation => ({
  ...definition,
  names: namesOf(definition),
  undocumented: undocumentedOf(definition),
});

function namesOf({ fields }: Definition): Operation['names'] {
  const names = new Map([['input', 'body']]);
  for (const [name, { is = [] }] of Object.entries(fields)) {
    for (const own of [is].flat()) names.set(own, name);
  }
  return names;
}

function undocumentedOf({ resolver, fields }: Definition): string[] {
  if (!resolver) return [];
  const { properties = {} } = z.toJSONSchema(resolver.input, { io: 'input', unrepresentable: 'any' });
  return Object.keys(properties).filter((name) => !Object.hasOwn(fields, name));
}

/** A number as a query says it. What is not a whole one stays as it is, for the resolver to refuse. */
export const wholeNumber = (value: unknown): unknown =>
  typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
