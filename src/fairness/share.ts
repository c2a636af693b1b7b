/** What an account has in the queue. */
export interface Share {
  /** Whether it is the share of work that belongs to no single account. */
  isShared: boolean;
  running: number;
  waiting: Waiting[];
  /** The moment up to which the time that its work took is paid for: it has a claim to one slot, all the time. */
  paidUntil: number;
}

interface Waiting {
  since: number;
  begin(): void;
  refuse(error: Error): void;
}

export const newShare = (accountId: string | null): Share => ({
  isShared: accountId === null,
  running: 0,
  waiting: [],
  paidUntil: 0,
});

/** Since when an account has a claim to the next slot. The earliest claim is served first. */
export const claimOf = (share: Share): number =>
  share.isShared ? sinceOf(share) : Math.max(sinceOf(share), share.paidUntil);

/** Since when the first piece of work in a share has waited. */
export const sinceOf = ({ waiting: [first] }: Share): number => first?.since ?? Number.POSITIVE_INFINITY;
