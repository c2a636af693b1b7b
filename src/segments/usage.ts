/** What is known about the number of an account's segments. */
export interface Usage {
  /** The result of the last count, plus what this gateway has created since or is creating. It may be too large, never too small. */
  used: number;
  /** Creations that have not finished, and how many segments each creates. */
  inFlight: Map<Promise<unknown>, number>;
  /** Creations that the running count may or may not include. */
  unseen: number;
  counting: Promise<void> | null;
  /** Number of finished counts. */
  counts: number;
  /** Whether `used` may be too large: segments were created or deleted during the count. */
  isDoubtful: boolean;
  /** When it may be counted again. */
  staleAt: number;
}

/** When an account was counted that was not counted yet. */
export const NEVER = Number.NEGATIVE_INFINITY;

export const newUsage = (): Usage => ({
  used: 0,
  inFlight: new Map(),
  unseen: 0,
  counting: null,
  counts: 0,
  isDoubtful: false,
  staleAt: NEVER,
});

/** How many segments these creations create together. */
export const placesOf = (inFlight: Usage['inFlight']): number =>
  inFlight.values().reduce((sum, places) => sum + places, 0);
