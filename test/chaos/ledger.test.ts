import { describe, expect, it } from 'vitest';
import type { Logged } from '../events/log-flaws.ts';
import { LIMIT_MS } from '../limits.ts';
import { processes } from '../process/gateway-process.ts';
import { graphqlClient, restClient } from './client.ts';
import {
  type LoggedCriteria,
  logDifferences,
  readLog,
  stateDifferences,
  unansweredOf,
} from './event-ledger.ts';
import { startFaulty } from './faults.ts';
import { startFollowers } from './followers.ts';
import { differences, type Ledger, newLedger, type Row, work } from './ledger.ts';

const { serve, temporaryFolder } = processes();

/** `npm run test:chaos` sets more. */
const FAULTS = Number(process.env.CHAOS_FAULTS ?? 4);
const WORKERS = 8;
/** Min acknowledged writes between two faults. */
const QUIET = 60;

describe('acknowledged writes', () => {
  it(`are all stored, logged and followed, once each, after ${FAULTS} faults`, {
    timeout: LIMIT_MS.test + FAULTS * 30_000,
  }, async () => {
    const { gateways, urls, inflict, stopAndRead } = await startFaulty({ serve, temporaryFolder });
    let isOver = false;
    const ledgers = Array.from({ length: WORKERS }, newLedger);
    const total = (kind: keyof Ledger['counts']) =>
      ledgers.reduce((sum, { counts }) => sum + counts[kind], 0);
    const workers = ledgers.map((ledger, i) =>
      work(
        (i % 2 ? graphqlClient : restClient)(() => gateways[i % 4 < 2 ? 0 : 1].url),
        ledger,
        () => isOver,
      ),
    );
    const followers = startFollowers(urls);
    const quietPeriod = () => {
      const enough = total('acknowledged') + QUIET * (1 + Math.random());
      return expect.poll(() => total('acknowledged')).toBeGreaterThan(enough);
    };
    await inflict(FAULTS, quietPeriod);
    isOver = true;
    await Promise.all(workers);
    const [reader] = gateways;
    const log = await readLog(reader);
    const unanswered = unansweredOf(ledgers);
    const settled: Logged[] = [];
    for (const requestId of unanswered) settled.push(...(await readLog(reader, `&request_id=${requestId}`)));
    const cuts = followers.cuts();
    await followers.expectToSee(log);
    await followers.stop();
    const rows: Row[] = await stopAndRead('select id, description, criteria from segments');

    process.stdout.write(
      `${FAULTS} faults: ${total('acknowledged')} acknowledged, ${total('notApplied')} not applied, ${total('unknown')} unknown, ${rows.length} rows, ${log.length} events; of ${unanswered.length} unanswered changes, the log has ${settled.length}; followers were cut ${JSON.stringify(cuts)}\n`,
    );
    expect(differences(ledgers, rows)).toEqual([]);
    expect(logDifferences(ledgers, log)).toEqual([]);
    expect(stateDifferences(log, rows)).toEqual([]);
    const isUnanswered = new Set(unanswered);
    const inOrder = settled.toSorted((a, b) => a.n - b.n);
    expect(inOrder).toEqual(log.filter(({ requestId }) => isUnanswered.has(requestId)));
    expect(total('acknowledged')).toBeGreaterThan(FAULTS * QUIET);
    expect(total('unknown')).toBeGreaterThan(0); // otherwise no fault met a request
  });
});

describe('the ledger', () => {
  const entry = (more: object) => ({
    marker: 'm',
    id: 'i',
    criteria: new Set(['1']),
    deleted: false as const,
    ...more,
  });
  const counts = { acknowledged: 0, notApplied: 0, unknown: 0, refused: 0 };
  const event: LoggedCriteria = {
    n: 1,
    type: 'SEGMENT_CREATED',
    segmentId: 'i',
    version: 1,
    requestId: 's',
    criteria: '1',
  };
  const row = { id: 'i', description: 'm', criteria: '1' };

  it.each<[string, object, Row[], RegExp]>([
    ['is lost', {}, [], /^lost/],
    ['is stored twice', {}, [row, { ...row, id: 'j' }], /^stored twice/],
    ['was deleted but is stored', { deleted: true }, [row], /^deleted but stored/],
    ['has an earlier value', {}, [{ ...row, criteria: '0' }], /^lost update/],
    ['has another id', {}, [{ ...row, id: 'j' }], /^stored with another id/],
  ])('finds a segment that %s', (_, more, rows, words) => {
    expect(differences([{ ...newLedger(), entries: [entry(more)], counts }], rows)).toEqual([
      expect.stringMatching(words),
    ]);
  });

  it.each<[string, object, LoggedCriteria[], RegExp]>([
    ['lacks', {}, [], /^lost/],
    ['has twice', {}, [event, { ...event, n: 2 }], /^extra/],
    ['has although it was not acknowledged', { isAcknowledged: false, requestIds: [] }, [event], /^extra/],
  ])('finds a write that the log %s', (_, more, log, flaw) => {
    const write = {
      type: event.type,
      requestIds: ['r', 's'],
      segmentId: 'i',
      version: 1,
      isAcknowledged: true,
    };
    const ledger = { ...newLedger(), writes: [{ ...write, ...more }] };
    expect(logDifferences([ledger], log)).toContainEqual(expect.stringMatching(flaw));
  });

  it('finds a segment that is not stored as the log says', () => {
    expect(stateDifferences([event], [row])).toEqual([]);
    for (const rows of [[], [{ ...row, criteria: '0' }]])
      expect(stateDifferences([event], rows)).toHaveLength(1);
    expect(stateDifferences([], [row])).toHaveLength(1);
  });

  it('finds a refused draft that is stored', () => {
    expect(differences([{ ...newLedger(), refused: ['m'], counts }], [row])).toEqual([
      'refused but stored: m',
    ]);
  });
});
