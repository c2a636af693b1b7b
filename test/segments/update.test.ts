import { describe, expect, it } from 'vitest';
import { doors, given } from '../doors.ts';
import { draft, testGateway } from '../harness.ts';

const gateway = testGateway();

describe.each(doors)('updating a segment through $name', (door) => {
  it.each([
    ['name', { name: 'Low Spend Customers' }],
    ['criteria', { criteria: 'Customers who spend less than $10 per month' }],
    ['description to an empty text', { description: '' }],
    ['all three', { name: 'n', criteria: 'c', description: 'd' }],
  ])('changes the %s, and leaves what is not sent as it was', async (_, changes) => {
    const before = given(await door.create(gateway, draft()));
    const after = { ...before, ...changes };
    expect(await door.update(gateway, { id: before.id, ...changes })).toEqual({ segment: after });
    expect(await door.retrieve(gateway, { id: before.id })).toEqual({ segment: after });
  });

  it('never changes createdAt, and never moves updatedAt back', async () => {
    const { id } = given(await door.create(gateway, draft()));
    const before = await gateway.segments.get({ accountId: 'ada', id });
    await door.update(gateway, { id, name: 'renamed' });
    const after = await gateway.segments.get({ accountId: 'ada', id });
    expect(after?.createdAt).toEqual(before?.createdAt);
    expect(after?.updatedAt.getTime()).toBeGreaterThanOrEqual(before?.updatedAt.getTime() ?? Number.NaN);
  });

  it('refuses a call without changes', async () => {
    const { id } = given(await door.create(gateway, draft()));
    expect(await door.update(gateway, { id })).toEqual({
      code: 'INVALID_INPUT',
      issues: [{ param: 'input', message: 'must include at least one of name, criteria, description' }],
    });
  });

  it('refuses null, which is not the same as leaving a property out', async () => {
    const segment = given(await door.create(gateway, draft()));
    expect(await door.update(gateway, { id: segment.id, name: null, criteria: 'c' })).toEqual({
      code: 'INVALID_INPUT',
      issues: [{ param: 'name', message: 'must be a string, not null' }],
    });
    expect(await door.retrieve(gateway, { id: segment.id })).toEqual({ segment });
  });

  it.each(['xgQQXg3hrtjh7AvZ', 'no-id'])('does not find %s', async (id) => {
    expect(await door.update(gateway, { id, name: 'x' })).toEqual({ code: 'NOT_FOUND' });
  });

  it('is forbidden with a read-only token', async () => {
    expect(await door.update(gateway, { id: 'no-id', name: 'x' }, 'reader')).toEqual({ code: 'FORBIDDEN' });
  });
});
