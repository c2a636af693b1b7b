import { describe, expect, it } from 'vitest';
import { rest } from '../client.ts';
import { draft, testGateway } from '../harness.ts';
import { received, sendRaw } from '../hostile/socket.ts';

const gateway = testGateway();

describe('invalid bytes after a complete request', () => {
  it('do not prevent the response to the request, which is the last on the connection', async () => {
    const body = JSON.stringify(draft({ name: 'written' }));
    const head = [
      'POST /v1/customer-segments HTTP/1.1',
      'Host: gateway',
      `Authorization: ${gateway.authorization('ada').authorization}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
    ];
    const text = await sendRaw(gateway.url, `${head.join('\r\n')}\r\n\r\n${body}\x01 garbage\r\n\r\n`);
    expect(received(text)).toMatchObject({
      status: 201,
      head: expect.stringMatching(/^connection: close/im),
    });
    const { body: page } = await rest(gateway);
    expect(page.data).toMatchObject([{ name: 'written' }]);
  });
});
