import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as schemas from '../../src/rest/schemas.ts';
import { until } from '../until.ts';

const guide = readFileSync('docs/webhooks.md', 'utf8');
const [secret = ''] = /whsec_[A-Za-z0-9+/=]+/.exec(guide) ?? [];

/** The code blocks of the guide in a language. */
const blocks = (language: string): string[] =>
  [...guide.matchAll(/^```(\w+)\n([\s\S]*?)\n```$/gm)].flatMap(([, name, text = '']) =>
    name === language ? [text] : [],
  );

/** Signs a message as the guide describes it, without a library. */
function signed(body: string, timestamp: number, id = 'evt_00000000c0VcF6O1ofTkSFZgO') {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${signature}`,
  };
}

describe('docs/webhooks.md', () => {
  const [head = ''] = blocks('http');
  const example = blocks('json').find((text) => text.includes('"type"')) ?? '{}';
  const body = JSON.stringify(JSON.parse(example));

  it('shows a message with its real signature', () => {
    const headers = Object.fromEntries(
      head
        .split('\n')
        .slice(1)
        .map((line) => line.split(': ')),
    );
    expect(headers).toMatchObject(signed(body, 1_795_843_519));
  });

  it('shows bodies that the gateway can send', () => {
    expect(schemas.WebhookMessage.strict().parse(JSON.parse(example))).toEqual(JSON.parse(example));
    const [created = ''] = blocks('json');
    expect(schemas.WebhookEndpointWithSecret.strict().parse(JSON.parse(created))).toEqual(
      JSON.parse(created),
    );
  });

  describe('shows a receiver that', () => {
    let receiver: ChildProcess;
    let url: string;
    let printed = '';

    beforeAll(async () => {
      const port = await freePort();
      url = `http://127.0.0.1:${port}/webhooks`;
      const [code = ''] = blocks('ts');
      const env = { ...process.env, PORT: String(port), WEBHOOK_SECRET: secret };
      receiver = spawn(process.execPath, ['--input-type=module-typescript', '--eval', code], { env });
      for (const stream of [receiver.stdout, receiver.stderr])
        stream?.on('data', (chunk) => (printed += chunk));
      await until(() =>
        fetch(url).then(
          () => true,
          () => false,
        ),
      );
    });
    afterAll(() => receiver.kill());

    const send = async (headers: Record<string, string>, text = body) =>
      (await fetch(url, { method: 'POST', headers, body: text })).status;
    const now = () => Math.floor(Date.now() / 1_000);

    it('accepts an event, and processes a repetition of it only once', async () => {
      expect(await send(signed(body, now()))).toBe(204);
      expect(await send(signed(body, now()))).toBe(204);
      await until(async () => printed !== '');
      expect(printed).toBe('customer_segment.created 38 High Spend Customers\n');
    });

    it('refuses what is forged, changed, old or unsigned', async () => {
      const before = printed;
      const headers = signed(body, now(), 'evt_00000000d0VcF6O1ofTkSFZgO');
      expect(await send({ ...headers, 'webhook-signature': 'v1,AAAA' })).toBe(400);
      expect(await send(headers, body.replace('High', 'Low'))).toBe(400);
      expect(await send(signed(body, now() - 600))).toBe(400);
      expect(await send({})).toBe(400);
      expect(printed).toBe(before);
    });
  });
});

/** Returns a port that nothing listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}
