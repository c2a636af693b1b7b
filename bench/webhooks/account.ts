import type pg from 'pg';
import { digestOf, newToken } from '../../src/accounts/token.ts';
import { caller } from '../neighbours/caller.ts';

export type Account = Awaited<ReturnType<typeof accountIn>>;

const SCOPES = '{segments:read,segments:write,webhooks:manage}';
const DRAFT = {
  criteria: 'Customers who spend more than $1000 per month',
  description: 'Customers who spend more than $1000 per month',
};

/** Makes an account with a token, and returns what it does over REST. */
export async function accountIn(client: pg.Client, name: string, url: string) {
  const token = newToken();
  await client.query(
    `insert into api_tokens (digest, id, account_id, name, scopes) values ($1, gen_random_uuid(), $2, 'bench', $3)`,
    [digestOf(token), name, SCOPES],
  );
  const by = caller(url, { token, address: '127.0.0.1', sockets: 8 });
  const sent = async (method: string, path: string, body?: object) => {
    const { status, text } = await by.send({ method, path, ...(body && { body }) });
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
    return text === '' ? { id: '' } : (JSON.parse(text) as { id: string });
  };
  return {
    name,
    token,
    create: (segment: string) => sent('POST', '/v1/customer-segments', { name: segment, ...DRAFT }),
    /** Creates an endpoint, and returns its id. */
    listen: async (to: string) => (await sent('POST', '/v1/webhook-endpoints', { url: to })).id,
    /** Enables or disables an endpoint. */
    turn: (id: string, status: 'enabled' | 'disabled') =>
      sent('PATCH', `/v1/webhook-endpoints/${id}`, { status }),
    remove: (id: string) => sent('DELETE', `/v1/webhook-endpoints/${id}`),
    close: by.close,
  };
}
