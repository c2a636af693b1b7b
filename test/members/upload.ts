import { type ClientRequest, type IncomingHttpHeaders, request } from 'node:http';
import type { Json } from '../client.ts';
import type { TestGateway, Who } from '../harness.ts';

interface Options {
  type?: string | undefined;
  as?: Who;
  headers?: Record<string, string>;
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Json;
}

/** An upload that a test sends part by part. */
export interface Upload {
  request: ClientRequest;
  /** Sends a part, and waits until the socket has taken it. */
  send(part: string | Buffer): Promise<void>;
  /** Sends the end, and returns the answer. */
  end(): Promise<Answer>;
  /** Settles when there is an answer, or rejects when the connection is closed before. */
  answer: Promise<Answer>;
}

/** Begins to replace the members of a segment by a list in plain text, or of another type. */
export function uploadTo(
  gateway: Pick<TestGateway, 'url' | 'authorization'>,
  id: string,
  { type = 'text/plain', as = 'ada', headers = {} }: Options = {},
): Upload {
  const call = request(`${gateway.url}/v1/customer-segments/${id.includes('/') ? id : `${id}/members`}`, {
    method: 'PUT',
    agent: false,
    headers: { ...gateway.authorization(as), 'content-type': type, ...headers },
  });
  const answer = new Promise<Answer>((resolve, reject) => {
    call.once('response', async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      const isJson = response.headers['content-type']?.includes('json') && text !== '';
      const body = isJson ? JSON.parse(text) : text;
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
    });
    call.once('error', reject);
  });
  answer.catch(() => {}); // a test that breaks off an upload does not wait for its answer
  call.on('error', () => {});
  call.flushHeaders();
  return {
    request: call,
    send: (part) => new Promise((resolve) => call.write(part, () => resolve())),
    end: () => {
      call.end();
      return answer;
    },
    answer,
  };
}

/** Replaces the members of a segment by a list. */
export async function replace(
  gateway: Pick<TestGateway, 'url' | 'authorization'>,
  id: string,
  body: string | Buffer,
  options: Options = {},
): Promise<Answer> {
  const upload = uploadTo(gateway, id, options);
  if (body.length > 0) void upload.send(body);
  return upload.end();
}
