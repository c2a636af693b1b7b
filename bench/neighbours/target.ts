/** An account with a token, and the ids of some of its segments. */
export interface Account {
  token: string;
  ids: string[];
}

/** The target of an abuse, and the account that it may use. */
export interface Target {
  /** URL of the gateway. */
  url: string;
  /** URL of its database. */
  databaseUrl: string;
  /** The account of the abuser, which has many segments. */
  big: Account;
}

/** Continues until the signal is aborted. Reports each answer. */
export type Abuse = (
  target: Target,
  signal: AbortSignal,
  answered: (status: number | string) => void,
) => Promise<unknown>;
