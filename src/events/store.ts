import type { Database } from '../database/connect.ts';
import { getEvent } from './store/get.ts';
import { eventHeads } from './store/head.ts';
import { readEvents } from './store/read.ts';

export type EventStore = ReturnType<typeof eventStore>;

/** The event log in Postgres. Every method is one statement over all the calls of a turn, and names the account. */
export const eventStore = (db: Database) => ({
  read: readEvents(db),
  get: getEvent(db),
  heads: eventHeads(db),
});
