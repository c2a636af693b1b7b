import { Agent, request } from 'node:http';

export interface Sent {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  /** An object is sent as JSON, a text as it is. */
  body?: object | string;
}

export interface Answer {
  status: number;
  text: string;
}

/** Sends requests over persistent connections, from an address of its own, because some limits apply to each address. */
export function caller(
  url: string,
  { token, address, sockets = Infinity }: { token?: string; address: string; sockets?: number },
) {
  const agent = new Agent({ keepAlive: true, localAddress: address, maxSockets: sockets });
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };

  const send = ({ method = 'GET', path, headers = {}, body }: Sent, signal?: AbortSignal) =>
    new Promise<Answer>((resolve, reject) => {
      const text = typeof body === 'object' ? JSON.stringify(body) : body;
      const type = typeof body === 'object' ? { 'content-type': 'application/json' } : {};
      const outgoing = request(url + path, {
        method,
        agent,
        signal,
        headers: { ...authorization, ...type, ...headers },
      });
      outgoing.on('error', reject);
      outgoing.on('response', (response) => {
        let received = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          received += chunk;
        });
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text: received }));
      });
      outgoing.end(text);
    });

  return {
    send,
    graphql: (query: string, variables: object = {}, signal?: AbortSignal) =>
      send({ method: 'POST', path: '/graphql', body: { query, variables } }, signal),
    close: () => agent.destroy(),
  };
}
