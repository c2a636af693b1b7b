import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { logTo } from '../../src/telemetry/log.ts';
import { prettyFormat } from '../../src/telemetry/pretty.ts';
import { records } from '../../src/telemetry/records.ts';

function formatter(hasColors: boolean) {
  const lines: string[] = [];
  const format = prettyFormat(hasColors);
  const { observe } = records(logTo('info', { write: (line) => void lines.push(format(line)) }));
  return { lines, observe };
}

const EXCHANGE = {
  kind: 'exchange_ended',
  face: 'rest',
  requestId: 'r1',
  method: 'GET',
  path: '/v1/customer-segments',
  operation: 'GET /v1/customer-segments',
  status: 200,
  ms: 0.84,
  accountId: 'acme',
  tokenId: undefined,
} as const;

describe('The log for people', () => {
  it('has a line for a request that begins with what matters', () => {
    const { lines, observe } = formatter(false);
    observe(EXCHANGE);
    expect(lines).toEqual([
      expect.stringMatching(
        /^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: GET \/v1\/customer-segments 200 in 0\.84 ms \{"requestId":"r1",.*"accountId":"acme"\}\n$/,
      ),
    ]);
  });

  it('has colours if the terminal shows them', () => {
    const { lines, observe } = formatter(true);
    observe({ kind: 'stopped' });
    expect(lines[0]).toContain('\u001b[32mINFO');
    expect(stripVTControlCharacters(lines[0] ?? '')).toMatch(/INFO: stopped\n$/);
  });

  it('shows control characters and invisible ones, and does not send them to the terminal', () => {
    const hostile = '\u001b[2J\r\n\u009b31m\u202egro\u2028';
    const { lines, observe } = formatter(false);
    observe({ ...EXCHANGE, method: hostile, path: hostile, operation: hostile });
    observe({ kind: 'database_awaited', reason: hostile });
    observe({ kind: 'fault', error: new Error(hostile) });
    expect(lines).toHaveLength(3);
    for (const line of lines) {
      expect(line).toContain('{1b}[2J');
      expect(line.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }
  });

  it('has the lines of a stack one below the other', () => {
    const { lines, observe } = formatter(false);
    observe({ kind: 'fault', error: new Error('broken') });
    expect(lines[0]).toMatch(/"message": "broken"/);
    expect(lines[0]).toMatch(/\n +Error: broken\n +at /);
  });
});
