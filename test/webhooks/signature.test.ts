import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { messageOf } from '../../src/webhooks/message.ts';
import { isSecret, newSecret, sign } from '../../src/webhooks/signature.ts';

const SEED = 17;
const event = {
  id: 'evt_000000001xgQQXg3hrtjh7AvZ',
  type: 'customer_segment.updated',
  data: { id: 'evt_000000001xgQQXg3hrtjh7AvZ', segment: { name: 'Grüße 🎉' } },
  createdAt: 1_700_000_000,
};
const messageWith = (secrets: string[]) => messageOf({ ...event, secrets, at: Date.now() });

describe('A secret', () => {
  it('is whsec_ and 32 bytes in base64', () => {
    const secret = newSecret();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(newSecret()).not.toBe(secret);
    expect(isSecret(secret)).toBe(true);
  });

  const ofBytes = (n: number) => `whsec_${Buffer.alloc(n).toString('base64')}`;
  it.each([24, 25, 26, 64])('can have %i bytes', (n) => expect(isSecret(ofBytes(n))).toBe(true));
  it.each([
    '',
    'whsec_',
    'x',
    ofBytes(23),
    ofBytes(65),
    ofBytes(66),
    `${ofBytes(24)}\n`,
    ofBytes(24).slice(6),
  ])('cannot be %j', (text) => expect(isSecret(text)).toBe(false));
});

describe('A signature', () => {
  it('is that of the example in the specification', () => {
    const signed = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1614265330,
      body: '{"test": 2432232314}',
    };
    const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
    expect(sign(['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'], signed)).toBe(signature);
  });

  it('is accepted by the official library', () => {
    const secret = newSecret();
    const { headers, body } = messageWith([secret]);
    expect(new Webhook(secret).verify(body, headers)).toEqual({
      type: 'customer_segment.updated',
      timestamp: '2023-11-14T22:13:20.000Z',
      data: event.data,
    });
  });

  it('is accepted with the old and with the new secret during a rotation', () => {
    const secrets = [newSecret(), newSecret()];
    const { headers, body } = messageWith(secrets);
    for (const secret of secrets) expect(() => new Webhook(secret).verify(body, headers)).not.toThrow();
  });

  it('is refused with another secret, another body or another id', () => {
    const secret = newSecret();
    const { headers, body } = messageWith([secret]);
    expect(() => new Webhook(newSecret()).verify(body, headers)).toThrow();
    expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow();
    expect(() => new Webhook(secret).verify(body, { ...headers, 'webhook-id': 'evt_2' })).toThrow();
  });

  it('is the one of the official library for any secret and any message', () => {
    const key = fc.uint8Array({ minLength: 24, maxLength: 64 }).map((bytes) => Buffer.from(bytes));
    const time = fc.integer({ min: 0, max: 4_000_000_000 });
    const property = fc.property(
      key,
      fc.string(),
      time,
      fc.string({ unit: 'binary' }),
      (bytes, id, timestamp, body) => {
        const secret = `whsec_${bytes.toString('base64')}`;
        const expected = new Webhook(secret).sign(id, new Date(timestamp * 1000), body);
        expect(sign([secret], { id, timestamp, body })).toBe(expected);
      },
    );
    fc.assert(property, { seed: SEED, numRuns: 200 });
  });
});
