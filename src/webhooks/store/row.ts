import { type SQL, sql } from 'drizzle-orm';
import { milliseconds, momentOf, type Values } from '../../database/statement.ts';
import { eventHeads } from '../../database/tables/events.ts';
import type { Attempt } from '../attempt.ts';
import type { Webhook } from '../webhook.ts';

/**
 * Returns what to select of an endpoint and of the head of its account's log. Secrets are not among it. The endpoint may have been
 * locked after the head was read, so its cursor can be greater.
 */
export const selectWebhook = (webhook: SQL, head: SQL): SQL => sql`
  ${webhook}.id, ${webhook}.url, ${webhook}.types, ${milliseconds(sql`${webhook}.created_at`)}, ${webhook}.is_enabled,
  ${webhook}.is_failing, ${webhook}.cursor, greatest(${webhook}.cursor, coalesce(${head}.last_event, 0)),
  ${webhook}.replay_at, ${webhook}.replay_until, ${webhook}.last_error,
  case when ${webhook}.is_enabled and ${webhook}.failures > 0 then ${milliseconds(sql`${webhook}.next_attempt_at`)} end,
  case when ${webhook}.previous_secret_until > now() then ${milliseconds(sql`${webhook}.previous_secret_until`)} end`;

/** Joins the head of an account's log as `head`. Its limit makes Postgres look up one head after the other. */
export const withHead = (account: SQL): SQL => sql`
  left join lateral (select * from ${eventHeads} as each where each.account_id = ${account} limit 1) as head on true`;

/** The number of columns that `selectWebhook` selects. */
export const WIDTH = 13;

/** Reads an endpoint. Only the gateway writes types and errors, so they are not validated. */
export function readWebhook(values: Values): Webhook {
  const [id, url, types, createdAt, isEnabled, isFailing, cursor, head, ...others] = values;
  const [replayAt, replayUntil, lastError, nextAttemptAt, previousSecretUntil] = others;
  return {
    id: String(id),
    url: String(url),
    types: types as Webhook['types'],
    createdAt: momentOf(createdAt),
    isEnabled: isEnabled === true,
    isFailing: isFailing === true,
    cursor: Number(cursor),
    head: Number(head),
    replay: replayAt === null ? null : { after: Number(replayAt), until: Number(replayUntil) },
    lastError: lastError as Attempt | null,
    nextAttemptAt: nextAttemptAt === null ? null : momentOf(nextAttemptAt),
    previousSecretUntil: previousSecretUntil === null ? null : momentOf(previousSecretUntil),
  };
}
