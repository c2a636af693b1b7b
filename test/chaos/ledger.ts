import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventType } from '../../src/events/event.ts';
import type { Client, Outcome } from './client.ts';
import { marked } from './client.ts';

/** What a ledger knows about one segment of its worker. */
interface Entry {
  marker: string;
  id: string;
  /** Criteria that it may have: the last acknowledged ones, and those that were sent since without an answer. */
  criteria: Set<string>;
  /** Whether it was deleted. Unknown if a delete got no answer. */
  deleted: boolean | 'unknown';
}

/** A write that was acknowledged, or may have been applied. */
interface Write {
  type: EventType;
  /** Of the requests that asked for it: several if a create was sent again. */
  requestIds: string[];
  segmentId: string;
  /** Null if the answer did not say. */
  version: number | null;
  isAcknowledged: boolean;
}

export interface Ledger {
  entries: Entry[];
  writes: Write[];
  /** Drafts that were refused or not applied, and must not be stored. */
  refused: string[];
  counts: typeof NONE;
}

const PAUSE_MS = 5;
const NONE = { acknowledged: 0, notApplied: 0, unknown: 0, refused: 0 };

function kindOf(outcome: Outcome<unknown>): keyof typeof NONE {
  if (outcome === 'unknown') return 'unknown';
  if (outcome === 'not applied') return 'notApplied';
  return 'done' in outcome ? 'acknowledged' : 'refused';
}

export const newLedger = (): Ledger => ({ entries: [], writes: [], refused: [], counts: { ...NONE } });

/**
 * Creates, updates and deletes segments until told to stop, one at a time, and records what was acknowledged. A create
 * without an answer is sent again, which its key makes safe. Any other write without an answer is recorded as unknown. Each
 * request has an id of its own.
 */
export async function work(client: Client, ledger: Ledger, isOver: () => boolean): Promise<void> {
  const count = <Value>(outcome: Outcome<Value>): Outcome<Value> => {
    ledger.counts[kindOf(outcome)] += 1;
    return outcome;
  };

  const note = (
    type: EventType,
    requestIds: string[],
    segmentId: string,
    version: number | null,
    isAcknowledged = true,
  ) => ledger.writes.push({ type, requestIds, segmentId, version, isAcknowledged });

  while (!isOver()) {
    const entry = await create();
    if (!entry) continue;
    ledger.entries.push(entry);
    for (let n = 1; n <= 3 && !isOver(); n++) await update(entry, `${n}`);
    if (ledger.entries.length % 3 === 0) await remove(entry);
  }

  /** Creates a segment. Sends the create again with its key until it is answered. */
  async function create(): Promise<Entry | null> {
    const draft = marked();
    const key = randomUUID();
    const requestIds: string[] = [];
    for (let isFirst = true; ; isFirst = false) {
      const requestId = randomUUID();
      requestIds.push(requestId);
      const outcome = count(await client.create(draft, key, requestId));
      if (outcome === 'unknown' || (outcome === 'not applied' && !isFirst)) {
        await sleep(PAUSE_MS * 10);
        continue;
      }
      if (outcome === 'not applied' || 'refused' in outcome) {
        ledger.refused.push(draft.description);
        return null;
      }
      note('SEGMENT_CREATED', requestIds, outcome.done, 1);
      return {
        marker: draft.description,
        id: outcome.done,
        criteria: new Set([draft.criteria]),
        deleted: false,
      };
    }
  }

  async function update(entry: Entry, criteria: string): Promise<void> {
    const requestId = randomUUID();
    const outcome = count(await client.update(entry.id, criteria, requestId));
    if (outcome === 'unknown' || typeof outcome === 'object') {
      const version = typeof outcome === 'object' && 'done' in outcome ? outcome.done : null;
      note('SEGMENT_UPDATED', [requestId], entry.id, version, outcome !== 'unknown');
    }
    if (outcome === 'unknown') entry.criteria.add(criteria);
    else if (outcome === 'not applied') await sleep(PAUSE_MS * 10);
    else if ('done' in outcome) entry.criteria = new Set([criteria]);
    else throw new Error(`An update of an existing segment was refused: ${outcome.refused}`);
    await sleep(PAUSE_MS);
  }

  async function remove(entry: Entry): Promise<void> {
    const requestId = randomUUID();
    const outcome = count(await client.remove(entry.id, requestId));
    if (outcome === 'unknown' || typeof outcome === 'object') {
      note('SEGMENT_DELETED', [requestId], entry.id, null, outcome !== 'unknown');
    }
    if (outcome === 'unknown') entry.deleted = 'unknown';
    else if (outcome === 'not applied') await sleep(PAUSE_MS * 10);
    else if ('done' in outcome) entry.deleted = true;
    else throw new Error(`A delete of an existing segment was refused: ${outcome.refused}`);
  }
}

/** A stored segment. */
export interface Row {
  id: string;
  description: string;
  criteria: string;
}

/** Describes every difference between the ledgers and the rows. */
export function differences(ledgers: readonly Ledger[], rows: readonly Row[]): string[] {
  const byMarker = Map.groupBy(rows, ({ description }) => description);
  const found: string[] = [];
  for (const { marker, id, criteria, deleted } of ledgers.flatMap(({ entries }) => entries)) {
    const stored = byMarker.get(marker) ?? [];
    byMarker.delete(marker);
    const [row] = stored;
    if (stored.length > 1) found.push(`stored twice: ${marker}`);
    if (deleted === true && row) found.push(`deleted but stored: ${marker}`);
    if (deleted === false && !row) found.push(`lost: ${marker}`);
    if (row && row.id !== id) found.push(`stored with another id than was acknowledged: ${marker}`);
    if (row && !criteria.has(row.criteria))
      found.push(`lost update: ${marker} has ${row.criteria}, not ${[...criteria]}`);
  }
  for (const marker of ledgers.flatMap(({ refused }) => refused)) {
    if (byMarker.has(marker)) found.push(`refused but stored: ${marker}`);
  }
  return found;
}
