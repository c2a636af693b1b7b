import { beforeAll, describe, expect, it } from 'vitest';
import { createSegment } from '../../src/segments/resolvers.ts';
import { draft, origin, testGateway } from '../harness.ts';
import { patiently } from '../patiently.ts';
import { doors } from './doors.ts';

const gateway = testGateway();

const newSegment = async (): Promise<string> => (await createSegment(draft(), gateway.context())).id;

describe.each(doors)('changing the members of a segment through $name', (door) => {
  it('adds customers in the given order', async () => {
    const id = await newSegment();
    expect(await door.add(gateway, id, ['c2', 'c1'])).toEqual({ changed: 2, unchanged: 0 });
    expect(await door.add(gateway, id, ['c0'])).toEqual({ changed: 1, unchanged: 0 });
    expect(await door.list(gateway, id)).toEqual(['c2', 'c1', 'c0']);
  });

  it('leaves those who already are members where they are', async () => {
    const id = await newSegment();
    await door.add(gateway, id, ['a', 'b']);
    expect(await door.add(gateway, id, ['c', 'a'])).toEqual({ changed: 1, unchanged: 1 });
    expect(await door.list(gateway, id)).toEqual(['a', 'b', 'c']);
  });

  it('counts a repeated customer once', async () => {
    const id = await newSegment();
    expect(await door.add(gateway, id, ['a', 'a', 'a'])).toEqual({ changed: 1, unchanged: 0 });
    expect(await door.remove(gateway, id, ['a', 'a'])).toEqual({ changed: 1, unchanged: 0 });
  });

  it('removes customers', async () => {
    const id = await newSegment();
    await door.add(gateway, id, ['a', 'b', 'c']);
    expect(await door.remove(gateway, id, ['b', 'x'])).toEqual({ changed: 1, unchanged: 1 });
    expect(await door.list(gateway, id)).toEqual(['a', 'c']);
    expect(await door.has(gateway, id, 'b')).toBe(false);
    expect(await door.has(gateway, id, 'a')).toBe(true);
  });

  it('puts a customer who comes back at the end', async () => {
    const id = await newSegment();
    await door.add(gateway, id, ['a', 'b']);
    await door.remove(gateway, id, ['a']);
    await door.add(gateway, id, ['a']);
    expect(await door.list(gateway, id)).toEqual(['b', 'a']);
  });

  it('does not find a segment that the account does not have', async () => {
    const id = await newSegment();
    const notFound = { code: 'NOT_FOUND' };
    expect(await door.add(gateway, id, ['a'], 'bob')).toEqual(notFound);
    expect(await door.remove(gateway, id, ['a'], 'bob')).toEqual(notFound);
    expect(await door.add(gateway, 'xgQQXg3hrtjh7AvZ', ['a'])).toEqual(notFound);
    expect(await door.add(gateway, 'no-id', ['a'])).toEqual(notFound);
    expect(await door.list(gateway, id)).toEqual([]);
  });

  describe('refuses', () => {
    let id: string;
    beforeAll(async () => {
      id = await newSegment();
    });
    const many = Array.from({ length: 1_001 }, (_, i) => `c${i}`);

    it.each([
      ['no customers', [], 'customerIds', 'must have 1 to 1,000 ids, not 0'],
      ['1,001 customers', many, 'customerIds', 'must have 1 to 1,000 ids, not 1,001'],
      ['an empty id', ['a', ''], 'customerIds.1', 'must have 1 to 255 characters, not 0'],
      ['a blank id', [' '], 'customerIds.0', 'must not be blank'],
      ['256 characters', ['x'.repeat(256)], 'customerIds.0', 'must have 1 to 255 characters, not 256'],
      ['U+0000', ['a\u0000'], 'customerIds.0', 'must not contain the character U+0000'],
      ['a line break', ['a\nb'], 'customerIds.0', 'must not contain control characters'],
      [
        'half of a surrogate pair',
        ['\ud800'],
        'customerIds.0',
        'must be well-formed Unicode, not half of a surrogate pair',
      ],
    ])('%s', async (_, customerIds, param, message) => {
      const refused = { code: 'INVALID_INPUT', issues: [{ param, message }] };
      expect(await door.add(gateway, id, customerIds)).toEqual(refused);
      expect(await door.remove(gateway, id, customerIds)).toEqual(refused);
      expect(await door.list(gateway, id)).toEqual([]);
    });

    it('a token without the scope', async () => {
      expect(await door.add(gateway, id, ['a'], 'writer')).toEqual({ code: 'FORBIDDEN' });
      expect(await door.remove(gateway, id, ['a'], 'writer')).toEqual({ code: 'FORBIDDEN' });
      expect(await door.list(gateway, id, 'reader')).toEqual({ code: 'FORBIDDEN' });
      expect(await door.has(gateway, id, 'a', 'reader')).toEqual({ code: 'FORBIDDEN' });
    });
  });
});

it('Changes of many accounts at once are sent in statements of at most 20, because each can have a thousand customers', async () => {
  gateway.statements.length = 0;
  const changes = Array.from({ length: 50 }, (_, i) =>
    patiently(() =>
      gateway.members.change({ ...origin, accountId: `account-${i}`, id: `${i}`, add: ['c'], remove: [] }),
    ),
  );
  expect(await Promise.all(changes)).toEqual(changes.map(() => null));
  const sizes = gateway.statements
    .filter(({ text }) => text.includes('to_add'))
    .map(({ values: [accounts] }) => (Array.isArray(accounts) ? accounts.length : 0));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeGreaterThanOrEqual(50);
  expect(Math.max(...sizes)).toBe(20);
});
