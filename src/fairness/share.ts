/** The work of an account in the queue. */
export interface Share {
  /** Whether it is the share of work that belongs to no single account. */
  isShared: boolean;
  running: number;
  waiting: Waiting[];
  /** When the time of its work will be paid for, at the rate of one slot. */
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

/** Since when an account is entitled to the next slot. The account with the earliest time is served first. */
export const claimOf = (share: Share): number =>
  share.isShared ? sinceOf(share) : Math.max(sinceOf(share), share.paidUntil);

/** The time since which the first piece of work of a share has waited. */
export const sinceOf = ({ waiting: [first] }: Share): number => first?.since ?? Number.POSITIVE_INFINITY;
