import { describe, expect, it } from 'vitest';
import { eventLine, type ShownEvent } from '../../src/commands/tail/event-line.ts';
import { type ServerSentEvent, serverSentEvents } from '../../src/commands/tail/server-sent-events.ts';

const event = (given: Partial<ShownEvent> = {}): ShownEvent => ({
  type: 'customer_segment.created',
  created_at: 1_795_843_518,
  segment_id: '0VcF6O1ofTkSFZgO',
  segment: { name: 'High Spend' },
  changes: {},
  actor: { kind: 'TOKEN', id: 'x', name: 'backend' },
  ...given,
});

describe('A line of segments tail on a terminal', () => {
  it('says when what happened to which segment, and who did it', () => {
    expect(eventLine(event())).toBe(
      '2026-11-28T05:25:18Z  created  0VcF6O1ofTkSFZgO  "High Spend"  by backend',
    );
  });

  it('says what an update changed', () => {
    const changes = { name: { before: 'a', after: 'b' }, criteria: { before: null, after: 'x'.repeat(50) } };
    expect(eventLine(event({ type: 'customer_segment.updated', changes }))).toContain(
      `"High Spend"  name: "a" → "b", criteria: null → "${'x'.repeat(40)}…"  by backend`,
    );
  });

  it('has no name of a segment that was deleted', () => {
    const actor = { kind: 'ROUTER', id: null, name: null };
    expect(eventLine(event({ type: 'customer_segment.deleted', segment: null, actor }))).toBe(
      '2026-11-28T05:25:18Z  deleted  0VcF6O1ofTkSFZgO  by router',
    );
  });

  it('shows control characters and invisible ones, and does not send them to the terminal', () => {
    const name = '\u001b[2J\r\n\u009b31m\u202egro\u2028';
    const line = eventLine(event({ segment: { name }, actor: { kind: 'JWT', id: '\u0007', name: null } }));
    expect(line).toContain('"\\u{1b}[2J\\u{d}\\u{a}\\u{9b}31m\\u{202e}gro\\u{2028}"  by \\u{7}');
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});

describe('Server-Sent Events', () => {
  const TEXT =
    'retry: 1000\nid: 4\n\n:\n\nid: 5\nevent: a\ndata: {"é": "→"}\n\nid: 6\r\ndata:x\r\ndata\r\n\r\nfoo: bar\ndata: cut';
  const EVENTS: ServerSentEvent[] = [
    { id: '4', event: 'message', data: '' },
    { id: '5', event: 'a', data: '{"é": "→"}' },
    { id: '6', event: 'message', data: 'x\n' },
  ];

  it.each([1, 2, 3, 7, 1_000])('are read from chunks of %i bytes', async (size) => {
    const bytes = new TextEncoder().encode(TEXT);
    const chunks = async function* () {
      for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
    };
    const events: ServerSentEvent[] = [];
    for await (const event of serverSentEvents(chunks())) events.push(event);
    expect(events).toEqual(EVENTS);
  });
});
