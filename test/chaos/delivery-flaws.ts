import type { Receiver } from './receivers.ts';

type Accepted = Pick<Receiver['accepted'][number], 'id' | 'isAcknowledged'> & { event: { cursor: string } };

/** What a receiver got, compared with what it should have got. */
export interface Delivered {
  /** Descriptions of events that are missing, that were not asked for, or that arrived out of order. */
  flaws: string[];
  /** How many messages arrived again although they had been acknowledged. */
  duplicates: number;
}

/** Compares the messages that an endpoint accepted, in the order of their arrival, with the cursors of the events in the log. */
export function deliveredOf(accepted: readonly Accepted[], cursors: readonly string[]): Delivered {
  const flaws: string[] = [];
  const ids = new Map<string, string>();
  let duplicates = 0;
  let last: Accepted | undefined;
  for (const message of accepted) {
    const { cursor } = message.event;
    if (Number(cursor) < Number(last?.event.cursor ?? 0)) flaws.push(`${cursor} after ${last?.event.cursor}`);
    if (cursor === last?.event.cursor && last.isAcknowledged) duplicates += 1;
    if ((ids.get(cursor) ?? message.id) !== message.id) flaws.push(`${cursor} with two ids`);
    ids.set(cursor, message.id);
    last = message;
  }
  const wanted = new Set(cursors);
  flaws.push(...cursors.filter((cursor) => !ids.has(cursor)).map((cursor) => `${cursor} is missing`));
  flaws.push(
    ...[...ids.keys()].filter((cursor) => !wanted.has(cursor)).map((cursor) => `${cursor} is not wanted`),
  );
  return { flaws, duplicates };
}
