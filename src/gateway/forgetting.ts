import type { Database } from '../database/connect.ts';
import { eraseContents } from '../events/store/erase.ts';
import { pruneEvents } from '../events/store/prune.ts';
import { forgetIdempotencyKeys } from '../idempotency/forget.ts';
import { cleanMembers } from '../members/store/clean.ts';
import type { Observation, Observe } from '../observation.ts';
import { forgetDeliveries } from '../webhooks/store/forget.ts';
import { startChore } from './chore.ts';

interface Options {
  eventRetentionDays: number;
  observe: Observe;
}

/** All run soon after the start. Keys and deliveries are deleted often, so that there are never many to delete. */
const KEYS = { firstMs: 10_000, everyMs: 10 * 60_000 };
const OLD_EVENTS = { firstMs: 10_000, everyMs: 60 * 60_000 };
const OLD_DELIVERIES = { firstMs: 10_000, everyMs: 10 * 60_000 };
/** Contents must be erased within a minute of a deletion, even if a run is late. */
const CONTENTS = { firstMs: 10_000, everyMs: 15_000 };
const MEMBERS = { firstMs: 10_000, everyMs: 15_000 };

/**
 * Starts to delete expired keys, old events and deliveries, the contents of deleted segments and members that nobody can see
 * periodically. `stop` waits for the current runs.
 */
export function startForgetting(database: Database, { eventRetentionDays, observe }: Options) {
  const start = (
    times: typeof KEYS,
    forget: (signal: AbortSignal) => Promise<number>,
    observationOf: (count: number, ms: number) => Observation,
  ) =>
    startChore({
      ...times,
      observe,
      async work(signal) {
        const begun = performance.now();
        const count = await forget(signal);
        const ms = Math.round(performance.now() - begun);
        if (count > 0) observe(observationOf(count, ms));
      },
    });

  const forgetKeys = forgetIdempotencyKeys(database);
  const prune = pruneEvents(database, { days: eventRetentionDays, observe });
  const erase = eraseContents(database);
  const clean = cleanMembers(database);
  const forgetOld = forgetDeliveries(database, { days: eventRetentionDays });
  const chores = [
    start(KEYS, forgetKeys, (keys, ms) => ({ kind: 'idempotency_keys_forgotten', keys, ms })),
    start(OLD_EVENTS, prune, (events, ms) => ({ kind: 'events_pruned', events, ms })),
    start(CONTENTS, erase, (events, ms) => ({ kind: 'contents_erased', events, ms })),
    start(MEMBERS, clean, (members, ms) => ({ kind: 'members_cleaned', members, ms })),
    start(OLD_DELIVERIES, forgetOld, (deliveries, ms) => ({
      kind: 'deliveries_forgotten',
      deliveries,
      ms,
    })),
  ];
  return {
    async stop(): Promise<void> {
      await Promise.all(chores.map((chore) => chore.stop()));
    },
  };
}
