import { expectDocumented } from './documented.ts';
import type { TestGateway, Who } from './harness.ts';

/** The body of a response: whatever the gateway sent. */
// biome-ignore lint/suspicious/noExplicitAny: each test reads the properties that it expects
export type Json = any;

interface RequestOptions {
  method?: string;
  body?: string | URLSearchParams | object;
  headers?: Record<string, string>;
  as?: Who | null;
}

export interface Answered {
  status: number;
  headers: Headers;
  body: Json;
}

/** Sends a request to the collection of segments or a path below it. An object is sent as JSON. */
export const rest = (gateway: TestGateway, path = '', options: RequestOptions = {}): Promise<Answered> =>
  restAt(gateway, `/v1/customer-segments${path}`, options);

/** Sends a request to any path. An object is sent as JSON. The document of the REST API must have the answer. */
export async function restAt(
  gateway: TestGateway,
  path: string,
  options: RequestOptions = {},
): Promise<Answered> {
  const response = await fetch(gateway.url + path, initOf(gateway, options));
  const { status, headers } = response;
  const body = await response.clone().text();
  expectDocumented({ method: options.method ?? 'GET', path, status, headers, body });
  return answered(response);
}

/** Sends a GraphQL operation with its variables. */
export async function graphql(
  gateway: TestGateway,
  query: string,
  variables: object = {},
  { as = 'ada', headers = {} }: Omit<RequestOptions, 'method' | 'body'> = {},
): Promise<Answered> {
  const init = initOf(gateway, { method: 'POST', body: { query, variables }, as, headers });
  return answered(await fetch(`${gateway.url}/graphql`, init));
}

/** The options of `fetch` for such a request. */
export function initOf(
  gateway: Pick<TestGateway, 'authorization'>,
  { method = 'GET', body, headers = {}, as = 'ada' }: RequestOptions,
): RequestInit {
  const isJson = body !== undefined && typeof body !== 'string' && !(body instanceof URLSearchParams);
  return {
    method,
    ...(body !== undefined && { body: isJson ? JSON.stringify(body) : (body as string | URLSearchParams) }),
    headers: {
      ...(as && gateway.authorization(as)),
      ...(isJson && { 'content-type': 'application/json' }),
      ...headers,
    },
  };
}

async function answered(response: Response): Promise<Answered> {
  const text = await response.text();
  const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '') && text !== '';
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}
