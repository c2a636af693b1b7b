import { describe, expect, it } from 'vitest';
import { forwardedLine } from '../../src/commands/webhooks/forwarded-line.ts';
import type { Attempt } from '../../src/webhooks/attempt.ts';

const event = { id: 'evt_1', type: 'customer_segment.updated', created_at: 1_795_843_518, cursor: '7' };
const line = (given: Partial<Attempt> = {}) =>
  forwardedLine(event, { at: 1_795_843_518_123, ms: 12, status: 200, error: null, body: 'ok', ...given });
const BEGIN = '2026-11-28T05:25:18Z  7  customer_segment.updated  evt_1';

describe('A line of segments webhooks listen', () => {
  it('says which event was sent when, the status, and how long that took', () => {
    expect(line()).toBe(`${BEGIN}  200 in 12 ms`);
  });

  it('says why an event has not been delivered', () => {
    expect(line({ status: 500, body: 'x'.repeat(50) })).toBe(`${BEGIN}  500 in 12 ms  "${'x'.repeat(40)}…"`);
    const error = 'The connection was refused.';
    expect(line({ status: null, body: null, error })).toBe(`${BEGIN}  failed in 12 ms  ${error}`);
  });

  it('does not send control characters of the receiver to the terminal', () => {
    expect(line({ status: 500, body: '\u001b[2J\n' })).toBe(`${BEGIN}  500 in 12 ms  "\\u{1b}[2J\\u{a}"`);
  });
});
