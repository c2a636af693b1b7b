import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { weaknessOf } from '../../src/accounts/secret.ts';
import { newToken } from '../../src/accounts/token.ts';
import { readConfig } from '../../src/config/config.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** 32 bytes that look random but are the same in every run. */
const bytesOf = (i: number) => hash('sha256', `${i}`, 'buffer');

const WEAK: [string, string][] = [
  ['one repeated character', 'a'.repeat(32)],
  ['two alternating characters', 'ab'.repeat(20)],
  ['a few characters at random', 'aabcbadcabbdacdbbacdabdcabcdbadcbacd'],
  ['the digits, repeated', '0123456789'.repeat(4)],
  ['a repeated piece', '0123456789abcdef'.repeat(2)],
  ['a repeated piece that is cut off', 'k3Jx9Qp2Lm'.repeat(4).slice(0, 35)],
  ['a repeated word', 'segments'.repeat(5)],
  ['the alphabet', ALPHABET],
  ['the alphabet backwards', [...ALPHABET].reverse().join('')],
  ['every second letter', 'acegikmoqsuwyACEGIKMOQSUWY13579bdf'],
  ['a placeholder', 'changeme-changeme-CHANGE-ME-123456'],
  ['another placeholder', 'please.change.this.in.production.42'],
  ['a password', 'Password1234567890Password0987654321'],
  ['the rows of a keyboard', 'qwertyuiopasdfghjklzxcvbnm1234567890'],
  ['an example', 'an-example-token-for-this-machine-only'],
  ['a placeholder from documentation', 'your-32-character-secret-goes-in-here'],
];

describe('a secret that is easy to guess', () => {
  it.each(WEAK)('is recognised: %s', (_, secret) => expect(weaknessOf(secret)).not.toBeNull());

  it.each(WEAK)('is refused as configuration, and is not shown: %s', (_, secret) => {
    for (const name of ['API_TOKEN', 'ROUTER_SECRET']) {
      const read = () => readConfig({ [name]: secret });
      expect(read).toThrow(
        new RegExp(`^${name} must be hard to guess, such as .* prints; its? .* \\(not shown\\)\\.$`),
      );
      expect(read).not.toThrow(secret);
    }
  });
});

describe('a secret that is hard to guess', () => {
  it.each<[string, (i: number) => string]>([
    ['segments token new', newToken],
    ['openssl rand -hex 16', (i) => bytesOf(i).toString('hex', 0, 16)],
    ['openssl rand -hex 24', (i) => bytesOf(i).toString('hex', 0, 24)],
    ['openssl rand -base64 32', (i) => bytesOf(i).toString('base64')],
    [
      'uuidgen',
      (i) =>
        bytesOf(i)
          .toString('hex', 0, 16)
          .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    ],
  ])('is printed by %s', (_, make) => {
    for (let i = 0; i < 2_000; i++) expect(weaknessOf(make(i))).toBeNull();
  });

  it('is any random string with at least 16 different characters', () => {
    const secrets = fc.array(fc.constantFrom(...ALPHABET), { minLength: 32, maxLength: 64 });
    fc.assert(
      fc.property(
        secrets,
        (characters) => weaknessOf(characters.join('')) === null || new Set(characters).size < 16,
      ),
      { seed: 14, numRuns: 2_000 },
    );
  });
});
