import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rfc3339 } from '../../src/values/rfc-3339.ts';

it('rfc3339 writes every time as toISOString does', () => {
  const moment = fc.date({
    min: new Date('0001-01-01'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(moment, (date) => {
      expect(rfc3339(date)).toBe(date.toISOString());
    }),
    { numRuns: 10_000 },
  );
});
