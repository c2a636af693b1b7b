import pg from 'pg';
import { expect, it } from 'vitest';
import { createSegment } from '../../src/segments/resolvers.ts';
import { rest } from '../client.ts';
import { draft, testGateway } from '../harness.ts';
import { sendRaw } from '../hostile/socket.ts';

const gateway = testGateway();
const HEAD = () => `Host: x\r\nAuthorization: ${gateway.authorization('ada').authorization}\r\n`;

it('A request is not started before the previous one on its connection is answered', async () => {
  const { id } = await createSegment(draft(), gateway.context());
  await rest(gateway); // so that the token is cached
  const client = new pg.Client(gateway.database.$client.options.connectionString);
  await client.connect();
  await client.query('begin');
  await client.query('select from segments where id = $1 for update', [id]);
  gateway.statements.length = 0;
  const answers = sendRaw(
    gateway.url,
    [
      `PUT /v1/customer-segments/${id} HTTP/1.1\r\n${HEAD()}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 6\r\n\r\nname=x`,
      `GET /v1/customer-segments HTTP/1.1\r\n${HEAD()}Connection: close\r\n\r\n`,
    ].join(''),
  );
  await expect.poll(() => gateway.statements.length).toBeGreaterThan(0);
  for (let i = 0; i < 5; i++) await new Promise(setImmediate);
  expect(gateway.statements.map(({ text }) => /^(\w+)/.exec(text.trim())?.[1])).not.toContain('select');
  await client.end();
  expect((await answers).match(/HTTP\/1\.1 \d+/g)).toHaveLength(2);
});

it('A thousand requests that are sent at once on one connection are answered in order', async () => {
  const requests = Array.from(
    { length: 1_000 },
    (_, i) => `GET /health/live HTTP/1.1\r\nHost: x\r\nX-Request-Id: n${i}\r\n`,
  );
  const answer = await sendRaw(gateway.url, `${requests.join('\r\n')}Connection: close\r\n\r\n`);
  const ids = [...answer.matchAll(/x-request-id: n(\d+)/gi)].map(([, i]) => Number(i));
  expect(ids).toEqual(Array.from({ length: 1_000 }, (_, i) => i));
});
