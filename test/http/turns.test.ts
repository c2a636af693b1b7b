import { expect, it } from 'vitest';
import { testGateway } from '../harness.ts';
import { sendRaw } from '../hostile/socket.ts';

const gateway = testGateway();
const HEAD = () => `Host: x\r\nAuthorization: ${gateway.authorization('ada').authorization}\r\n`;

it('A request begins when the one before it on its connection is answered', async () => {
  const form = 'name=first&criteria=c&description=d';
  const answer = await sendRaw(
    gateway.url,
    [
      `POST /v1/customer-segments HTTP/1.1\r\n${HEAD()}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${form.length}\r\n\r\n${form}`,
      `GET /v1/customer-segments HTTP/1.1\r\n${HEAD()}Connection: close\r\n\r\n`,
    ].join(''),
  );
  expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 201', 'HTTP/1.1 200']);
  expect(answer.match(/"name":"first"/g)).toHaveLength(2); // what the first made, the second lists
});

it('A thousand requests that are sent at once are answered in order', async () => {
  const requests = Array.from(
    { length: 1_000 },
    (_, i) => `GET /health/live HTTP/1.1\r\nHost: x\r\nX-Request-Id: n${i}\r\n`,
  );
  const answer = await sendRaw(gateway.url, `${requests.join('\r\n')}Connection: close\r\n\r\n`);
  const ids = [...answer.matchAll(/x-request-id: n(\d+)/gi)].map(([, i]) => Number(i));
  expect(ids).toEqual(Array.from({ length: 1_000 }, (_, i) => i));
});
