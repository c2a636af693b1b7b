import createClient from 'openapi-fetch';
import { headers, url } from './connection.ts';
import type { operations, paths } from './generated/openapi.ts';
import { fetchWithRetry } from './retry.ts';

type Properties = operations['createCustomerSegment']['requestBody']['content']['application/json'];

const client = createClient<paths>({ baseUrl: url, headers, fetch: fetchWithRetry });

/** Creates a segment. Can be called again with the same key if no answer came. */
export async function create(body: Properties, key: string) {
  const { data, error } = await client.POST('/v1/customer-segments', {
    body,
    params: { header: { 'Idempotency-Key': key } },
  });
  if (error) throw new Error(`${error.code}: ${error.detail}`, { cause: error });
  return data;
}

/** Returns the names of all segments, newest first. */
export async function names(): Promise<string[]> {
  const found: string[] = [];
  for (let after: string | undefined, hasMore = true; hasMore; ) {
    const query = { limit: 2, ...(after && { starting_after: after }) };
    const { data, error } = await client.GET('/v1/customer-segments', { params: { query } });
    if (error) throw new Error(`${error.code}: ${error.detail}`, { cause: error });
    found.push(...data.data.map(({ name }) => name));
    hasMore = data.has_more;
    after = data.data.at(-1)?.id;
  }
  return found;
}

/** Renames a segment, unless somebody changes it in the meantime. Returns null in that case. */
export async function rename(id: string, name: string) {
  const path = { id };
  const read = await client.GET('/v1/customer-segments/{id}', { params: { path } });
  const etag = read.response.headers.get('etag') ?? '*';
  const { data, error, response } = await client.PATCH('/v1/customer-segments/{id}', {
    params: { path, header: { 'If-Match': etag } },
    body: { name },
  });
  if (response.status === 412) return null;
  if (error) throw new Error(`${error.code}: ${error.detail}`, { cause: error });
  return data;
}

/** Deletes a segment. Returns whether there was one. */
export async function remove(id: string): Promise<boolean> {
  const { error, response } = await client.DELETE('/v1/customer-segments/{id}', { params: { path: { id } } });
  if (error && response.status !== 404) throw new Error(`${error.code}: ${error.detail}`, { cause: error });
  return response.ok;
}
