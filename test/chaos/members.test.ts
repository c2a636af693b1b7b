import { describe, expect, it } from 'vitest';
import { LIMIT_MS } from '../limits.ts';
import { processes } from '../process/gateway-process.ts';
import { graphqlClient, restClient } from './client.ts';
import { readEvents } from './event-ledger.ts';
import { startFaulty } from './faults.ts';
import { type MemberRow, memberFlaws } from './member-flaws.ts';
import { type MemberLedger, newMemberLedger, workOnMembers } from './member-ledger.ts';

const { serve, temporaryFolder } = processes();

/** `npm run test:chaos` sets more. */
const FAULTS = Number(process.env.CHAOS_FAULTS ?? 4);
const WORKERS = 8;
/** Min acknowledged changes between two faults. */
const QUIET = 60;

const MEMBERS = `
  select coalesce(segments.id, memberships.segment_id) as id, coalesce(memberships.count, 0) as count,
    array_remove(array_agg(members.customer_id), null) as customers
  from segments
  full join memberships on (segments.account_id, segments.id) = (memberships.account_id, memberships.segment_id)
  left join members on (members.account_id, members.segment_id, members.generation)
    = (memberships.account_id, memberships.segment_id, memberships.generation)
  group by segments.id, memberships.segment_id, memberships.count`;

describe('acknowledged changes of members', () => {
  it(`are all stored, counted and logged, once each, after ${FAULTS} faults`, {
    timeout: LIMIT_MS.test + FAULTS * 30_000,
  }, async () => {
    const { gateways, inflict, stopAndRead } = await startFaulty({ serve, temporaryFolder });
    let isOver = false;
    const ledgers = Array.from({ length: WORKERS }, newMemberLedger);
    const total = (kind: 'acknowledged' | 'unknown') => ledgers.reduce((sum, { [kind]: n }) => sum + n, 0);
    const workers = ledgers.map((ledger, i) =>
      workOnMembers(
        (i % 2 ? graphqlClient : restClient)(() => gateways[i % 4 < 2 ? 0 : 1].url),
        ledger,
        () => isOver,
      ),
    );
    await inflict(FAULTS, () => {
      const enough = total('acknowledged') + QUIET;
      return expect.poll(() => total('acknowledged')).toBeGreaterThan(enough);
    });
    isOver = true;
    await Promise.all(workers);
    const log = await readEvents(gateways[0]);
    const rows: MemberRow[] = await stopAndRead(MEMBERS);
    process.stdout.write(
      `${FAULTS} faults: ${total('acknowledged')} acknowledged, ${total('unknown')} unknown, ${rows.length} segments, ${log.length} events\n`,
    );
    expect(memberFlaws(ledgers, rows, log)).toEqual([]);
    expect(total('unknown')).toBeGreaterThan(0); // otherwise no fault met a request
  });
});

describe('the ledger of members', () => {
  const event = {
    type: 'customer_segment.members_added',
    cursor: '1',
    previous_cursor: '0',
    segment_id: 's',
    version: 1,
    segment: null,
    request_id: 'r',
    customer_ids: ['a'],
  };
  const ledger: MemberLedger = {
    ...newMemberLedger(),
    entries: [{ id: 's', possible: [new Set(['a'])], isDeleted: false }],
    changes: [{ segmentId: 's', requestId: 'r', changed: 1 }],
  };
  const row = { id: 's', count: 1, customers: ['a'] };

  it('finds nothing in rows and a log that agree with it', () => {
    expect(memberFlaws([ledger], [row], [event])).toEqual([]);
  });

  it.each<[string, MemberRow[], (typeof event)[], string]>([
    ['a segment that is lost', [], [event], 'lost: s'],
    ['a member that is lost', [{ ...row, count: 0, customers: [] }], [event], 's has a, not '],
    ['a count that is wrong', [{ ...row, count: 2 }], [event], 's counts 2 members, not 1'],
    ['a change that is not in the log', [row], [], 'request r changed 1 members, but the log says 0'],
    [
      'a change that is in the log twice',
      [row],
      [event, event],
      'customer_segment.members_added of s twice: a',
    ],
    [
      'a change that nobody made',
      [row],
      [event, { ...event, request_id: 'x' }],
      'extra: customer_segment.members_added of s, request x',
    ],
  ])('finds %s', (_, rows, log, flaw) => {
    expect(memberFlaws([ledger], rows, log)).toContain(flaw);
  });
});
