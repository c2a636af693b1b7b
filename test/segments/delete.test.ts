import { describe, expect, it } from 'vitest';
import { doors, given } from '../doors.ts';
import { draft, origin, testGateway } from '../harness.ts';

const gateway = testGateway();

describe.each(doors)('deleting a segment through $name', (door) => {
  it('removes it', async () => {
    const segment = given(await door.create(gateway, draft()));
    expect(await door.delete(gateway, { id: segment.id })).toEqual({ segment });
    expect(await door.retrieve(gateway, { id: segment.id })).toEqual({ code: 'NOT_FOUND' });
  });

  it('does not find it the second time', async () => {
    const { id } = given(await door.create(gateway, draft()));
    await door.delete(gateway, { id });
    expect(await door.delete(gateway, { id })).toEqual({ code: 'NOT_FOUND' });
  });

  it('lets only one of two calls at once delete it', async () => {
    const { id } = given(await door.create(gateway, draft()));
    const outcomes = await Promise.all([
      gateway.segments.delete({ ...origin, accountId: 'ada', id }),
      gateway.segments.delete({ ...origin, accountId: 'ada', id }),
    ]);
    expect(outcomes.map((outcome) => outcome?.id ?? null).toSorted()).toEqual([id, null].toSorted());
  });

  it('is forbidden with a read-only token', async () => {
    expect(await door.delete(gateway, { id: 'no-id' }, 'reader')).toEqual({ code: 'FORBIDDEN' });
  });
});
