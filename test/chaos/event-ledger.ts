import { expect } from 'vitest';
import type { EventType } from '../../src/events/event.ts';
import { flawsOf, type Logged } from '../events/log-flaws.ts';
import type { Running } from '../process/gateway-process.ts';
import type { Ledger, Row } from './ledger.ts';

/** An event as REST shows it, as far as it is compared. */
export interface RestEvent {
  type: string;
  cursor: string;
  previous_cursor: string;
  segment_id: string;
  version: number;
  segment: { criteria: string } | null;
  request_id: string;
  /** Only if members were added or removed, and the segment was not deleted. */
  customer_ids?: string[];
}

export interface LoggedCriteria extends Logged {
  /** Null in all events of a segment that was deleted. */
  criteria: string | null;
}

const TYPES: Record<string, EventType> = {
  'customer_segment.created': 'SEGMENT_CREATED',
  'customer_segment.updated': 'SEGMENT_UPDATED',
  'customer_segment.deleted': 'SEGMENT_DELETED',
};

/** Returns an event of REST as the ledger compares it. */
export const loggedOf = (event: RestEvent): LoggedCriteria => ({
  n: Number(event.cursor),
  type: TYPES[event.type] ?? 'SEGMENT_CREATED',
  segmentId: event.segment_id,
  version: event.version,
  requestId: event.request_id,
  criteria: event.segment?.criteria ?? null,
});

/** Reads the log over REST as a client does, and checks that no event is missing between two others. */
export async function readEvents({ send }: Running, query = ''): Promise<RestEvent[]> {
  const events: RestEvent[] = [];
  for (let after = '0', hasMore = true; hasMore; ) {
    const response = await send(`/v1/events?limit=100&after=${after}${query}`);
    expect(response.status).toBe(200);
    const page = (await response.json()) as { has_more: boolean; data: RestEvent[]; next: string };
    events.push(...page.data);
    hasMore = page.has_more;
    after = page.next;
  }
  if (query === '') {
    const cursors = ['0', ...events.map(({ cursor }) => cursor)];
    expect(events.filter((event, i) => event.previous_cursor !== cursors[i])).toEqual([]);
  }
  return events;
}

/** The same, as the ledger compares events. */
export const readLog = async (gateway: Running, query?: string): Promise<LoggedCriteria[]> =>
  (await readEvents(gateway, query)).map(loggedOf);

/** The ids of requests that were not answered and changed a segment, if they were applied. */
export const unansweredOf = (ledgers: readonly Ledger[]): string[] =>
  ledgers.flatMap(({ writes }) => writes.flatMap((write) => (write.isAcknowledged ? [] : write.requestIds)));

/** Describes every difference between the ledgers and the log. Of the requests of a create, exactly one has an event. */
export function logDifferences(ledgers: readonly Ledger[], log: readonly Logged[]): string[] {
  const logged = new Set(log.map(({ requestId }) => requestId));
  const acknowledged = ledgers
    .flatMap(({ writes }) => writes)
    .filter(({ isAcknowledged }) => isAcknowledged)
    .map((write) => ({
      ...write,
      requestId: write.requestIds.find((id) => logged.has(id)) ?? write.requestIds.join(' or '),
    }));
  return flawsOf(log, acknowledged, new Set(unansweredOf(ledgers)));
}

/** Describes every difference between the rows and what the log says became of each segment. */
export function stateDifferences(log: readonly LoggedCriteria[], rows: readonly Row[]): string[] {
  const last = new Map(log.map((event) => [event.segmentId, event]));
  const isStored = new Map(rows.map((row) => [row.id, row.criteria]));
  const wrong = [...last.values()].filter(
    ({ segmentId, type, criteria }) =>
      isStored.get(segmentId) !== (type === 'SEGMENT_DELETED' ? undefined : (criteria ?? '')),
  );
  return [
    ...wrong.map(({ segmentId, type }) => `the log ends with ${type} of ${segmentId}, but it is not so`),
    ...rows.filter(({ id }) => !last.has(id)).map(({ id }) => `stored but not in the log: ${id}`),
  ];
}
