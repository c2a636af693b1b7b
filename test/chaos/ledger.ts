import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, Outcome } from './client.ts';
import { marked } from './client.ts';

/** One segment of one worker, as its ledger knows it. */
interface Entry {
  marker: string;
  id: string;
  /** What its criteria may be: the last that was acknowledged, and whatever was sent since with no answer. */
  criteria: Set<string>;
  /** Whether it is gone: yes, no, or nobody knows. */
  gone: boolean | 'unknown';
}

export interface Ledger {
  entries: Entry[];
  /** Drafts that were refused, or not applied, and must not be there. */
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

export const newLedger = (): Ledger => ({ entries: [], refused: [], counts: { ...NONE } });

/**
 * Creates, updates and deletes segments until told to stop, one at a time, and writes down what was acknowledged. What
 * got no answer is sent again where that is safe (a creation, by its key), and otherwise written down as unknown.
 */
export async function work(client: Client, ledger: Ledger, isOver: () => boolean): Promise<void> {
  const count = <Value>(outcome: Outcome<Value>): Outcome<Value> => {
    ledger.counts[kindOf(outcome)] += 1;
    return outcome;
  };

  while (!isOver()) {
    const entry = await create();
    if (!entry) continue;
    ledger.entries.push(entry);
    for (let n = 1; n <= 3 && !isOver(); n++) await update(entry, `${n}`);
    if (ledger.entries.length % 3 === 0) await remove(entry);
  }

  /** Settles every creation: it is asked for again, under its key, until it is answered. */
  async function create(): Promise<Entry | null> {
    const draft = marked();
    const key = randomUUID();
    for (let isFirst = true; ; isFirst = false) {
      const outcome = count(await client.create(draft, key));
      if (outcome === 'unknown' || (outcome === 'not applied' && !isFirst)) {
        await sleep(PAUSE_MS * 10);
        continue;
      }
      if (outcome === 'not applied' || 'refused' in outcome) {
        ledger.refused.push(draft.description);
        return null;
      }
      return {
        marker: draft.description,
        id: outcome.done,
        criteria: new Set([draft.criteria]),
        gone: false,
      };
    }
  }

  async function update(entry: Entry, criteria: string): Promise<void> {
    const outcome = count(await client.update(entry.id, criteria));
    if (outcome === 'unknown') entry.criteria.add(criteria);
    else if (outcome === 'not applied') await sleep(PAUSE_MS * 10);
    else if ('done' in outcome) entry.criteria = new Set([criteria]);
    else throw new Error(`An update of a segment that is there was refused: ${outcome.refused}`);
    await sleep(PAUSE_MS);
  }

  async function remove(entry: Entry): Promise<void> {
    const outcome = count(await client.remove(entry.id));
    if (outcome === 'unknown') entry.gone = 'unknown';
    else if (outcome === 'not applied') await sleep(PAUSE_MS * 10);
    else if ('done' in outcome) entry.gone = true;
    else throw new Error(`A delete of a segment that is there was refused: ${outcome.refused}`);
  }
}

/** A row as Postgres has it. */
export interface Row {
  id: string;
  description: string;
  criteria: string;
}

/** Everything in which a ledger and the rows differ, in words. */
export function differences(ledgers: readonly Ledger[], rows: readonly Row[]): string[] {
  const byMarker = Map.groupBy(rows, ({ description }) => description);
  const found: string[] = [];
  for (const { marker, id, criteria, gone } of ledgers.flatMap(({ entries }) => entries)) {
    const there = byMarker.get(marker) ?? [];
    byMarker.delete(marker);
    const [row] = there;
    if (there.length > 1) found.push(`doubled: ${marker}`);
    if (gone === true && row) found.push(`back from the dead: ${marker}`);
    if (gone === false && !row) found.push(`lost: ${marker}`);
    if (row && row.id !== id) found.push(`another id than was acknowledged: ${marker}`);
    if (row && !criteria.has(row.criteria))
      found.push(`an update lost: ${marker} holds ${row.criteria}, not ${[...criteria]}`);
  }
  for (const marker of ledgers.flatMap(({ refused }) => refused)) {
    if (byMarker.has(marker)) found.push(`refused, and there: ${marker}`);
  }
  return found;
}
