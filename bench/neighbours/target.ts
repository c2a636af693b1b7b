/** An account with a token, and the ids of some of its segments. */
export interface Account {
  token: string;
  ids: string[];
}

/** What an abuse is aimed at, and whose token it may use. */
export interface Target {
  /** Of the gateway. */
  url: string;
  /** Of its database. */
  databaseUrl: string;
  /** The account that abuses: it has many segments. */
  big: Account;
}

/** Goes on until the signal says that it is enough. Counts what it was answered. */
export type Abuse = (
  target: Target,
  signal: AbortSignal,
  answered: (status: number | string) => void,
) => Promise<unknown>;
