import { describe, expect, it } from 'vitest';
import { doors, given } from '../doors.ts';
import { draft, testGateway } from '../harness.ts';

const gateway = testGateway();

describe.each(doors)('retrieving a segment through $name', (door) => {
  it('returns what was created', async () => {
    const segment = given(await door.create(gateway, draft()));
    expect(await door.retrieve(gateway, { id: segment.id })).toEqual({ segment });
  });

  it.each([
    ['an unknown id', 'xgQQXg3hrtjh7AvZ'],
    ['a malformed id', 'no-id'],
    ['an id of 5,000 characters', 'x'.repeat(5000)],
    ['SQL as the id', "' or 1=1--"],
  ])('finds nothing for %s', async (_, id) => {
    expect(await door.retrieve(gateway, { id: encodeURIComponent(id) })).toEqual({ code: 'NOT_FOUND' });
  });

  it('is forbidden with a write-only token', async () => {
    expect(await door.retrieve(gateway, { id: 'xgQQXg3hrtjh7AvZ' }, 'writer')).toEqual({ code: 'FORBIDDEN' });
  });
});
