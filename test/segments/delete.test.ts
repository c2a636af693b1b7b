import { describe, expect, it } from 'vitest';
import { doors, given } from '../doors.ts';
import { draft, testGateway } from '../harness.ts';

const gateway = testGateway();

describe.each(doors)('deleting a segment through $name', (door) => {
  it('removes it for good', async () => {
    const segment = given(await door.create(gateway, draft()));
    expect(await door.delete(gateway, { id: segment.id })).toEqual({ segment });
    expect(await door.retrieve(gateway, { id: segment.id })).toEqual({ code: 'NOT_FOUND' });
  });

  it('finds nothing the second time', async () => {
    const { id } = given(await door.create(gateway, draft()));
    await door.delete(gateway, { id });
    expect(await door.delete(gateway, { id })).toEqual({ code: 'NOT_FOUND' });
  });

  it('lets one of two at once delete it, and tells the other that there is nothing', async () => {
    const { id } = given(await door.create(gateway, draft()));
    const outcomes = await Promise.all([
      gateway.segments.delete({ accountId: 'ada', id }),
      gateway.segments.delete({ accountId: 'ada', id }),
    ]);
    expect(outcomes.map((outcome) => outcome?.id ?? null).toSorted()).toEqual([id, null].toSorted());
  });

  it('is forbidden to a token that may only read', async () => {
    expect(await door.delete(gateway, { id: 'no-id' }, 'reader')).toEqual({ code: 'FORBIDDEN' });
  });
});
