import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, Outcome, Replace } from './client.ts';
import { marked } from './client.ts';

type Members = ReadonlySet<string>;

/** What a ledger knows about a segment, which only its worker changes. */
export interface Entry {
  id: string;
  /** The memberships that the answers allow: several if a change got no answer. */
  possible: Members[];
  isDeleted: boolean | 'unknown';
}

/** A change of members that was acknowledged, or may have been made. */
export interface Change {
  segmentId: string;
  requestId: string;
  /** How many members it added and removed. Null if there was no answer. */
  changed: number | null;
}

export interface MemberLedger {
  entries: Entry[];
  changes: Change[];
  /** Answers that contradict all that was known before. */
  flaws: string[];
  acknowledged: number;
  unknown: number;
}

const CUSTOMERS = Array.from({ length: 12 }, (_, i) => `customer ${i}`);
const CHANGES = 6;
const PAUSE_MS = 5;

export const newMemberLedger = (): MemberLedger => ({
  entries: [],
  changes: [],
  flaws: [],
  acknowledged: 0,
  unknown: 0,
});

/** A client that changes members, and replaces all of them if its face can. */
type MemberClient = Client & { replace?: Replace };

/** Creates segments, and adds, removes and replaces their members until told to stop, one change at a time. */
export async function workOnMembers(
  client: MemberClient,
  ledger: MemberLedger,
  isOver: () => boolean,
): Promise<void> {
  while (!isOver()) {
    const created = await client.create(marked(), randomUUID());
    if (typeof created === 'string' || !('done' in created)) {
      await sleep(PAUSE_MS * 10);
      continue;
    }
    const entry: Entry = { id: created.done, possible: [new Set()], isDeleted: false };
    ledger.entries.push(entry);
    for (let n = 0; n < CHANGES && !isOver(); n++) {
      await changeAtRandom(client, entry, ledger);
      await sleep(PAUSE_MS);
    }
    if (ledger.entries.length % 3 === 0) await remove(client, entry);
  }
}

async function changeAtRandom(client: MemberClient, entry: Entry, ledger: MemberLedger): Promise<void> {
  const requestId = randomUUID();
  const some = CUSTOMERS.filter(() => Math.random() < 0.3);
  const kind = Math.random();
  if (client.replace && kind < 0.3) {
    return note(
      entry,
      ledger,
      requestId,
      await client.replace(entry.id, some, requestId),
      () => new Set(some),
    );
  }
  const [first = 'customer 0', ...others] = some;
  const ids = [first, ...others];
  const verb = kind < 0.7 ? 'add' : 'remove';
  const outcome = await client.change(entry.id, verb, ids, requestId);
  const change = (members: Members) =>
    verb === 'add' ? members.union(new Set(ids)) : members.difference(new Set(ids));
  note(entry, ledger, requestId, outcome, change);
}

/** Records the outcome of a change. An answer rules out the memberships of which the change would have changed another number. */
function note(
  entry: Entry,
  ledger: MemberLedger,
  requestId: string,
  outcome: Outcome<number>,
  change: (members: Members) => Members,
): void {
  if (outcome === 'not applied' || (typeof outcome === 'object' && 'refused' in outcome)) return;
  if (outcome === 'unknown') {
    ledger.unknown += 1;
    ledger.changes.push({ segmentId: entry.id, requestId, changed: null });
    entry.possible = distinct([...entry.possible, ...entry.possible.map(change)]);
    return;
  }
  ledger.acknowledged += 1;
  ledger.changes.push({ segmentId: entry.id, requestId, changed: outcome.done });
  const agreeing = entry.possible.filter(
    (before) => before.symmetricDifference(change(before)).size === outcome.done,
  );
  if (agreeing.length > 0) entry.possible = distinct(agreeing.map(change));
  else ledger.flaws.push(`changed ${outcome.done} members, but ${textOf(entry)}`);
}

async function remove(client: Client, entry: Entry): Promise<void> {
  const outcome = await client.remove(entry.id);
  if (outcome === 'unknown') entry.isDeleted = 'unknown';
  else if (typeof outcome === 'object' && 'done' in outcome) entry.isDeleted = true;
}

/** Identifies a membership, whatever its order. */
export const keyOf = (members: Iterable<string>) => [...members].sort().join();
const distinct = (all: readonly Members[]) => [...new Map(all.map((each) => [keyOf(each), each])).values()];
/** Says which memberships a segment may have. */
export const textOf = ({ id, possible }: Entry) => `${id} has ${possible.map(keyOf).join(' or ')}`;
