import type { Event } from '../../events/event.ts';
import type { EventStore } from '../../events/store.ts';
import type { LoopShare } from '../../fairness/loop-time.ts';
import type { Observe } from '../../observation.ts';
import type { Destinations } from '../destinations.ts';
import type { Queue } from '../queue.ts';
import type { Schedule } from '../schedule.ts';
import type { Attempts } from './attempts.ts';
import type { ByteBudget } from './byte-budget.ts';

/** An event as REST represents it. */
export interface Represented {
  type: string;
  /** In seconds since 1970. */
  created_at: number;
}

/** What deliveries to an endpoint need. */
export interface Parts {
  queue: Pick<Queue, 'settle'>;
  events: Pick<EventStore, 'read'>;
  destinations: Pick<Destinations, 'open'>;
  represent(event: Event, withCustomers: boolean): Represented;
  schedule: Schedule;
  leaseMs: number;
  /** How long an endpoint is delivered to before others have a turn. */
  turnMs: number;
  observe: Observe;
  /** The share of the event loop that an account has. */
  loopOf?: ((accountId: string) => LoopShare) | undefined;
  /** Max bytes of the contents of events to read at once. */
  maxBytes(): number;
  /** How often the worker was told that there may be new events. */
  wakes(): number;
  /** Called with the milliseconds until an endpoint is to be tried again. */
  retryIn(ms: number): void;
  attempts: Attempts;
  /** Limits the bytes of the messages in flight, of all endpoints. */
  budget: ByteBudget;
  /** Receives errors of the database, and faults. */
  failed(error: unknown): void;
  /** Whether no further attempt may begin. */
  isStopping(): boolean;
}
