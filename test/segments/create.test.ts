import { describe, expect, it } from 'vitest';
import { doors, given } from '../doors.ts';
import { draft, testGateway } from '../harness.ts';

const gateway = testGateway();

describe.each(doors)('creating a segment through $name', (door) => {
  it('returns the texts as they were sent, byte for byte, and an id', async () => {
    const odd = draft({ criteria: ' name = "Zoë\\n𝒳 "\t\u0001\u2028', description: '' });
    expect(await door.create(gateway, odd)).toEqual({
      segment: { ...odd, id: expect.stringMatching(/^[0-9A-Za-z]{16}$/) },
    });
  });

  it.each([
    ['an empty name', { name: '' }, 'name', 'must have 1 to 255 characters, not 0'],
    ['a blank name', { name: ' \t\u3000' }, 'name', 'must not be blank'],
    ['blank criteria', { criteria: '\u200b' }, 'criteria', 'must not be blank'],
    ['a name of 256 characters', { name: '𝒳'.repeat(256) }, 'name', 'must have 1 to 255 characters, not 256'],
    [
      'criteria of 5,001 characters',
      { criteria: 'x'.repeat(5001) },
      'criteria',
      'must have 1 to 5,000 characters, not 5,001',
    ],
    [
      'a description of 5,001 characters',
      { description: 'x'.repeat(5001) },
      'description',
      'must have 0 to 5,000 characters, not 5,001',
    ],
    ['U+0000', { criteria: 'a\u0000b' }, 'criteria', 'must not contain the character U+0000'],
    [
      'half of a surrogate pair',
      { description: 'a\ud800' },
      'description',
      'must be well-formed Unicode, not half of a surrogate pair',
    ],
  ])('refuses %s, and names the property', async (_, wrong, param, message) => {
    expect(await door.create(gateway, draft(wrong))).toEqual({
      code: 'INVALID_INPUT',
      issues: [{ param, message }],
    });
  });

  it('names two invalid properties at once', async () => {
    const { issues } = (await door.create(gateway, draft({ name: '', criteria: '' }))) as {
      issues: unknown[];
    };
    expect(issues).toMatchObject([{ param: 'name' }, { param: 'criteria' }]);
  });

  it('counts characters as code points, so 255 surrogate pairs are a valid name', async () => {
    const name = '𝒳'.repeat(255);
    expect(given(await door.create(gateway, draft({ name }))).name).toBe(name);
  });

  it('allows two segments with the same name', async () => {
    const [one, other] = [await door.create(gateway, draft()), await door.create(gateway, draft())];
    expect(given(one).id).not.toBe(given(other).id);
  });

  it('is forbidden with a read-only token', async () => {
    expect(await door.create(gateway, draft(), 'reader')).toEqual({ code: 'FORBIDDEN' });
  });
});
