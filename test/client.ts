import type { TestGateway, Who } from './harness.ts';

/** An answer's body: whatever the gateway sent. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads it as what it expects
export type Json = any;

interface Sent {
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

/** Sends a request to a path under the collection of segments; an object goes as JSON. */
export async function rest(gateway: TestGateway, path = '', sent: Sent = {}): Promise<Answered> {
  return answered(await fetch(`${gateway.url}/v1/customer-segments${path}`, initOf(gateway, sent)));
}

/** Sends a GraphQL operation. */
export async function graphql(
  gateway: TestGateway,
  query: string,
  variables: object = {},
  { as = 'ada', headers = {} }: Omit<Sent, 'method' | 'body'> = {},
): Promise<Answered> {
  const init = initOf(gateway, { method: 'POST', body: { query, variables }, as, headers });
  return answered(await fetch(`${gateway.url}/graphql`, init));
}

export function initOf(
  gateway: TestGateway,
  { method = 'GET', body, headers = {}, as = 'ada' }: Sent,
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
  const isJson = response.headers.get('content-type')?.includes('json') && text !== '';
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}
