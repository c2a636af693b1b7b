import type { Claimed } from '../queue/claimed.ts';
import type { Settled } from '../queue/settle.ts';
import type { Settlement } from '../queue/settlement.ts';
import type { Lease } from './lease.ts';

/** A settlement, by default of the place that was reached. */
type Given = Omit<Settlement, 'isReplay' | 'place' | keyof Claimed | 'leaseMs'> & { place?: number };

/** How far the deliveries to an endpoint are. */
export interface Progress {
  /** The last event that was delivered or excluded. */
  readonly place: number;
  /** The last event to be delivered again, if there is a replay. */
  readonly until: number | null;
  /** How many attempts of the next event have failed. */
  readonly failures: number;
  readonly secrets: readonly string[];
  /** Whether a caller has changed the endpoint. */
  readonly isChanged: boolean;
  /** Moves on, without storing it yet. */
  exclude(place: number): void;
  /** Stores what was done. Its place is reached if that succeeds. */
  settle(given: Given): Promise<Settled | null>;
  /** Stores how far the excluded events go, and extends or ends the lease. Returns whether to go on. */
  hold(given?: Partial<Given>): Promise<boolean>;
}

/** Returns the progress of an endpoint since it was claimed. */
export function progressOf(endpoint: Claimed, lease: Pick<Lease, 'settle'>): Progress {
  let { failures, secrets, replay } = endpoint;
  let place = replay?.after ?? endpoint.cursor;
  let until = replay?.until ?? null;
  let isStored = true;
  let isChanged = false;

  const settle = async (given: Given) => {
    const reached = { place, ...given };
    const settled = await lease.settle({ ...reached, isReplay: until !== null });
    place = reached.place;
    isStored = true;
    secrets = settled?.secrets ?? secrets;
    isChanged = settled?.isCurrent === false;
    const hasMoved = given.outcome !== 'HELD' && given.outcome !== 'FAILED';
    if (hasMoved) failures = 0;
    if (hasMoved && until !== null && place >= until) [until, place] = [null, endpoint.cursor];
    return settled;
  };

  return {
    get place() {
      return place;
    },
    get until() {
      return until;
    },
    get failures() {
      return failures;
    },
    get secrets() {
      return secrets;
    },
    get isChanged() {
      return isChanged;
    },
    exclude(excluded) {
      place = excluded;
      isStored = false;
    },
    settle,
    hold: async (given = {}) =>
      (await settle({ outcome: isStored ? 'HELD' : 'SKIPPED', isLast: false, ...given }))?.mayGoOn ?? false,
  };
}
