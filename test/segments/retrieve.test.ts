import { describe, expect, it } from 'vitest';
import { doors, given } from '../doors.ts';
import { draft, testGateway } from '../harness.ts';

const gateway = testGateway();

describe.each(doors)('retrieving a segment through $name', (door) => {
  it('gives back what was created', async () => {
    const segment = given(await door.create(gateway, draft()));
    expect(await door.retrieve(gateway, { id: segment.id })).toEqual({ segment });
  });

  it.each([
    ['an id that never was', 'xgQQXg3hrtjh7AvZ'],
    ['a text that can be no id', 'no-id'],
    ['a text as long as a novel', 'x'.repeat(5000)],
    ["an injection's first line", "' or 1=1--"],
  ])('finds nothing under %s', async (_, id) => {
    expect(await door.retrieve(gateway, { id: encodeURIComponent(id) })).toEqual({ code: 'NOT_FOUND' });
  });

  it('is forbidden to a token that may only write', async () => {
    expect(await door.retrieve(gateway, { id: 'xgQQXg3hrtjh7AvZ' }, 'writer')).toEqual({ code: 'FORBIDDEN' });
  });
});
