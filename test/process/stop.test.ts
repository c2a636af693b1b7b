import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { makeDatabase } from '../postgres.ts';
import { authorization, processes, TOKEN } from './gateway-process.ts';

const { serve } = processes();

async function started() {
  const database = await makeDatabase();
  const gateway = await serve({ DATABASE_URL: database.url, API_TOKEN: TOKEN });
  return { gateway, ...database };
}

const create = (url: string) =>
  fetch(`${url}/v1/customer-segments`, {
    method: 'POST',
    headers: authorization,
    body: new URLSearchParams({ name: 'n', criteria: 'c', description: '' }),
  });

describe.concurrent('a gateway that is stopped', () => {
  it('answers everything it had accepted, and then takes nothing more', async ({ expect }) => {
    const { gateway, drop } = await started();
    await create(gateway.url);
    const inFlight = Array.from({ length: 200 }, () => create(gateway.url));
    await inFlight[0]; // the first is answered: the others are on their way
    const ended = gateway.end();
    const outcomes = await Promise.allSettled(inFlight);
    const answered = outcomes.flatMap((outcome) =>
      outcome.status === 'fulfilled' ? [outcome.value.status] : [],
    );
    expect(answered).toContain(201);
    for (const status of answered) expect([201, 503]).toContain(status); // 503: a slow machine, beyond its time limits
    expect(await ended).toBe(0);
    await expect(fetch(gateway.url)).rejects.toThrow();
    const lines = gateway.said().out.trim().split('\n');
    const accepted = lines.map((line) => JSON.parse(line)).filter(({ status }) => /^(201|503)$/.test(status));
    const sent = accepted.reduce((sum, { leftOut = 1 }) => sum + leftOut, 0);
    expect(sent).toBe(answered.length + 1); // as many answers arrived as the gateway sent
    await drop();
  });

  it('ends in good order however often it is told', async ({ expect }) => {
    const { gateway, drop } = await started();
    gateway.child.kill('SIGINT');
    gateway.child.kill('SIGINT');
    expect(await gateway.end('SIGTERM')).toBe(0);
    expect(gateway.said().out).toMatch(/"msg":"stopped"\}\n$/);
    await drop();
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)('ends in good order by %s', async (signal) => {
    const { gateway, drop } = await started();
    await create(gateway.url);
    const inFlight = Array.from({ length: 100 }, () => create(gateway.url));
    await inFlight[0];
    const ended = gateway.end(signal);
    const outcomes = await Promise.allSettled(inFlight);
    expect(await ended).toBe(0);
    expect(gateway.said().out).toContain(`"signal":"${signal}","msg":"stopping"`);
    const answers = outcomes.flatMap((outcome) => ('value' in outcome ? [outcome.value.status] : []));
    expect(answers).toContain(201);
    for (const status of answers) expect([201, 503]).toContain(status);
    await drop();
  });

  it.each([
    ['is gone', [0, null]],
    ['has stopped reading', [null, 'SIGKILL']],
  ])('ends though whoever read its log %s', async (reader, end) => {
    const { gateway, drop } = await started();
    const { stdout } = gateway.child;
    if (reader === 'is gone') stdout?.destroy();
    else stdout?.pause();
    for (let i = 0; i < 20; i++) {
      const answers = await Promise.all(Array.from({ length: 50 }, () => create(gateway.url))); // a log line each
      for (const { status } of answers) expect([201, 503]).toContain(status);
    }
    const exited = once(gateway.child, 'exit');
    gateway.child.kill('SIGTERM');
    expect(await exited).toEqual(end);
    await drop();
  });

  it('does not wait for a caller who never finishes asking', async ({ expect }) => {
    const { gateway, drop } = await started();
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    socket.write('POST /v1/customer-segments HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc');
    await create(gateway.url);
    expect(await gateway.end()).toBe(0);
    await drop();
  });
});

describe.concurrent('a slow sender', () => {
  it.each([
    ['of headers', 'GET / HTTP/1.1\r\nHost: x\r\n', 'HTTP/1.1 408'],
    [
      'of a body',
      'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n',
      'HTTP/1.1 408',
    ],
  ])('%s is cut off', async (_, sent, answer) => {
    const { gateway, drop } = await started();
    const { hostname, port } = new URL(gateway.url);
    const received = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(Number(port), hostname, () => socket.write(sent));
      socket.on('data', (chunk) => {
        text += chunk;
      });
      socket.on('close', () => resolve(text));
    });
    expect(received).toContain(answer);
    expect((await create(gateway.url)).status).toBe(201);
    await gateway.end();
    await drop();
  });
});
