import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createSegment } from '../../src/segments/resolvers.ts';
import { draft, testGateway, type Who } from '../harness.ts';
import { received, sendRaw } from '../hostile/socket.ts';
import { placesOf } from '../members/stored.ts';
import { uploadTo } from '../members/upload.ts';

const gateway = testGateway();

/** Longer than the `requestTimeout` of the server, and than the time after which it checks for late requests. */
const LONG_MS = 18_000;

const newSegment = async (as: Who = 'ada') => (await createSegment(draft(), gateway.context(as))).id;

/** Connects and sends single lines for longer than a request may take. */
async function trickled(id: string) {
  const upload = uploadTo(gateway, id);
  const start = performance.now();
  for (let i = 0; performance.now() - start < LONG_MS; i++) {
    await upload.send(`c${i}\n`);
    await sleep(500);
  }
  return upload;
}

const headOf = (target: string, more: string, as: Who = 'ada') =>
  `${target} HTTP/1.1\r\nHost: x\r\nAuthorization: ${gateway.authorization(as).authorization}\r\n${more}\r\n`;

describe.concurrent('The body of a list', () => {
  it('may take as long as bytes keep arriving', async () => {
    const id = await newSegment();
    const upload = await trickled(id);
    const { status, body } = await upload.end();
    expect(status).toBe(200);
    expect(body.added).toBeGreaterThan(20);
    expect((await placesOf(gateway, id)).size).toBe(body.added);
  });

  it('may not take longer once it was refused', async () => {
    const head = headOf(
      `PUT /v1/customer-segments/${await newSegment('bob')}/members`,
      'Content-Type: text/plain\r\nContent-Length: 1000000\r\n',
      'bob',
    );
    const { hostname, port } = new URL(gateway.url);
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true }, () =>
      socket.write(head),
    );
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => {}); // the gateway closes it while something is sent
    const start = performance.now();
    const isLate = () => performance.now() - start > LONG_MS;
    const trickle = setInterval(() => socket.write(isLate() ? '\u0000\n' : 'a\n'), 500);
    await new Promise((resolve) => socket.once('close', resolve));
    clearInterval(trickle);
    expect(received(text).status).toBe(400);
    expect(isLate()).toBe(true);
  });
});

describe.concurrent('The server still cuts off', () => {
  it('a body of fields that takes too long', async () => {
    const head = headOf(
      'POST /v1/customer-segments',
      'Content-Type: application/json\r\nContent-Length: 1000\r\n',
    );
    expect(received(await sendRaw(gateway.url, `${head}{`)).status).toBe(408);
  });

  it('a body of fields on a connection that has sent a long list', async () => {
    const id = await newSegment();
    const list = headOf(
      `PUT /v1/customer-segments/${id}/members`,
      'Content-Type: text/plain\r\nContent-Length: 2\r\n',
    );
    const fields = headOf(
      'POST /v1/customer-segments',
      'Content-Type: application/json\r\nContent-Length: 1000\r\n',
    );
    let text = '';
    do text = await sendRaw(gateway.url, `${list}a\n${fields}{`);
    while (text.startsWith('HTTP/1.1 503')); // on a slow machine, the database can be busy
    expect(text.match(/HTTP\/1\.1 (\d+)/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 408']);
  });
});
