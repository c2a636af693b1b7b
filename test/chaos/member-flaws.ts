import type { RestEvent } from './event-ledger.ts';
import { type Change, type Entry, keyOf, type MemberLedger, textOf } from './member-ledger.ts';

/** The stored members of a segment, and their number as it is kept. */
export interface MemberRow {
  id: string;
  count: number;
  customers: string[];
}

/** Describes everything in the rows and in the log that contradicts the ledgers. */
export function memberFlaws(
  ledgers: readonly MemberLedger[],
  rows: readonly MemberRow[],
  log: readonly RestEvent[],
): string[] {
  const stored = new Map(rows.map((row) => [row.id, row]));
  const entries = ledgers.flatMap(({ entries }) => entries);
  return [
    ...ledgers.flatMap(({ flaws }) => flaws),
    ...entries.flatMap((entry) => flawsOfRow(entry, stored.get(entry.id))),
    ...flawsOfLog(
      ledgers.flatMap(({ changes }) => changes),
      stored,
      log,
    ),
  ];
}

function flawsOfRow(entry: Entry, row: MemberRow | undefined): string[] {
  if (!row) return entry.isDeleted ? [] : [`lost: ${entry.id}`];
  if (entry.isDeleted === true) return [`deleted but stored: ${entry.id}`];
  const found = keyOf(row.customers);
  return [
    ...(entry.possible.some((each) => keyOf(each) === found) ? [] : [`${textOf(entry)}, not ${found}`]),
    ...(row.count === row.customers.length
      ? []
      : [`${entry.id} counts ${row.count} members, not ${row.customers.length}`]),
  ];
}

/** The events must say how each stored membership came about, and each change that was acknowledged must have made its own. */
function flawsOfLog(
  changes: readonly Change[],
  stored: ReadonlyMap<string, MemberRow>,
  log: readonly RestEvent[],
): string[] {
  const flaws: string[] = [];
  const members = new Map([...stored.keys()].map((id) => [id, new Set<string>()]));
  const changed = new Map(changes.map(({ requestId }) => [requestId, 0]));
  for (const { type, segment_id, request_id, customer_ids } of log) {
    const isAdded = type === 'customer_segment.members_added';
    if (!isAdded && type !== 'customer_segment.members_removed') continue;
    const before = changed.get(request_id);
    if (before === undefined) flaws.push(`extra: ${type} of ${segment_id}, request ${request_id}`);
    else changed.set(request_id, before + (customer_ids?.length ?? 0));
    const current = members.get(segment_id);
    for (const id of customer_ids ?? []) {
      if (current?.has(id) === isAdded) flaws.push(`${type} of ${segment_id} twice: ${id}`);
      if (isAdded) current?.add(id);
      else current?.delete(id);
    }
  }
  for (const [id, current] of members) {
    const found = keyOf(stored.get(id)?.customers ?? []);
    if (keyOf(current) !== found) flaws.push(`the log says that ${id} has ${keyOf(current)}, not ${found}`);
  }
  // The events of deleted segments do not name customers.
  const certain = changes.filter(({ segmentId, changed }) => changed !== null && stored.has(segmentId));
  for (const change of certain) {
    const found = changed.get(change.requestId);
    if (found !== change.changed) {
      flaws.push(`request ${change.requestId} changed ${change.changed} members, but the log says ${found}`);
    }
  }
  return flaws;
}
