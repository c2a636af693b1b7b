import type { IncomingHttpHeaders } from 'node:http';
import type { Context } from '../context.ts';
import type { Fields } from '../http/fields.ts';
import type { Answer } from './answer.ts';

export interface RestRequest {
  /** What stands in the path for `:id`; empty where nothing does. */
  id: string;
  /** What was sent, wherever it stood: in the query, a form or JSON. */
  fields: Fields;
  headers: IncomingHttpHeaders;
}

export type Handler = (request: RestRequest, context: Context) => Promise<Answer>;
export type Methods = Readonly<Record<string, Handler>>;

export interface Resource {
  /** A path, in which `:id` may stand for one part, and what its methods do. HEAD is GET without its body. */
  paths: Readonly<Record<string, Methods>>;
  /** How the documentation calls what the resolvers call otherwise. */
  names: ReadonlyMap<string, string>;
  /** What the resolvers know and the documentation does not. */
  undocumented: readonly string[];
}

/** A number as a query says it. What is not a whole one stays as it is, for the resolver to refuse. */
export const wholeNumber = (value: unknown): unknown =>
  typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
