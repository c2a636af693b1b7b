import type { Lag } from './queue/lag.ts';

/** Delivers webhooks in this process. */
export interface Deliveries {
  /** Looks for new events soon. Called after a write. */
  wake(): void;
  /** Looks as soon as it can. Called after a change of an endpoint. */
  wakeNow(): void;
  vitals(): DeliveryVitals;
  /** Claims no further endpoints, gives attempts in flight a few seconds, and ends all leases. */
  stop(): Promise<void>;
}

export interface DeliveryVitals {
  attemptsInFlight: number;
  /** The lag of all endpoints, whichever process delivers to them; undefined if it is not known. */
  lag: Lag | undefined;
}
