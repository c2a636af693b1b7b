import type { Values } from '../../database/statement.ts';
import type { EventType } from '../../events/event.ts';
import { isSent, readSecrets } from './secrets.ts';

/** A webhook endpoint that this process may deliver to until its lease ends. */
export interface Claimed {
  accountId: string;
  id: string;
  url: string;
  /** Those that sign now, the newest first. */
  secrets: readonly string[];
  types: readonly EventType[] | null;
  cursor: number;
  replay: { after: number; until: number } | null;
  failures: number;
  revision: number;
  showsCustomers: boolean;
  /** The token of the lease. */
  lease: string;
}

/** Reads a row of a claim: the columns from `account_id` on, as the claim returns them. */
export function claimedOf(values: Values): Claimed {
  const [accountId, id, url, types, cursor, replayAt, replayUntil, failures, revision, ...rest] = values;
  const [showsCustomers, lease, ...secrets] = rest;
  return {
    ...{ accountId: String(accountId), id: String(id), url: String(url), lease: String(lease) },
    types: Array.isArray(types) ? types.filter(isSent) : null,
    cursor: Number(cursor),
    replay: replayAt === null ? null : { after: Number(replayAt), until: Number(replayUntil) },
    failures: Number(failures),
    revision: Number(revision),
    showsCustomers: showsCustomers === true,
    secrets: readSecrets(secrets),
  };
}
