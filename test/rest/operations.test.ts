import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { customerSegments } from '../../src/rest/customer-segment-operations.ts';
import { events } from '../../src/rest/event-operations.ts';
import { webhookDeliveries } from '../../src/rest/webhook-delivery-operations.ts';
import { webhookEndpoints } from '../../src/rest/webhook-operations.ts';

const resources = { ...customerSegments, ...events, ...webhookEndpoints, ...webhookDeliveries };
const operations = Object.entries(resources).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ call: `${method} ${path}`, ...operation })),
);

describe.each(operations)('The fields of $call', ({ resolver, fields, undocumented }) => {
  const { properties = {} } = z.toJSONSchema(resolver?.input ?? z.never(), {
    io: 'input',
    unrepresentable: 'any',
  });

  it('are fields of the input of its resolver', () => {
    const names = Object.entries(fields).flatMap(([name, { is = name }]) => [is].flat());
    for (const name of names) expect(Object.keys(properties)).toContain(name.split('.')[0]);
  });

  it('exclude the undocumented ones, which are fields of the input as well', () => {
    expect(undocumented.filter((name) => name in fields)).toEqual([]);
    expect(Object.keys(properties)).toEqual(expect.arrayContaining([...undocumented]));
  });
});
