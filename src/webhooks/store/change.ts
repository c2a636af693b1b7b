import { type SQL, sql } from 'drizzle-orm';
import { batch } from '../../database/batch.ts';
import type { Database } from '../../database/connect.ts';
import { isTaken } from '../../database/failure.ts';
import { accountOf, type Key, rowOf } from '../../database/sql/key.ts';
import { type BatchColumns, unnest } from '../../database/sql/unnest.ts';
import { prepare, statement, type Values } from '../../database/statement.ts';
import { webhookEndpoints } from '../../database/tables/webhooks.ts';
import type { Webhook } from '../webhook.ts';
import { KEY } from './key.ts';
import { readWebhook, selectWebhook, WIDTH, withHead } from './row.ts';

interface Change<Call, Outcome> {
  name: string;
  /** The columns of the batch `wanted`, in addition to those of the key. */
  columns: BatchColumns<Call>;
  /** What to read of each endpoint before it is written, by name: expressions on `wanted`, `webhook`, `head` and what is joined. */
  facts?: Readonly<Record<string, SQL>>;
  join?: SQL;
  /** Writes `webhook` from `held`, which has the columns of the batch and the facts, up to RETURNING. It can omit endpoints. */
  write: SQL;
  /** Returns what a change of an existing endpoint came to. The endpoint is null if it was not written. */
  outcomeOf(webhook: Webhook | null, facts: Values): Outcome;
}

/**
 * Returns a function that locks endpoints, in the order of their keys, and changes or deletes them. It returns null if the account has
 * no such endpoint.
 */
export function changeWebhooks<Call extends Key, Outcome extends object>(
  db: Database,
  { name, columns, facts = {}, join = sql``, write, outcomeOf }: Change<Call, Outcome>,
) {
  const wanted = unnest<Call>('wanted', { ...KEY, ...columns }, { numbered: true });
  const stated = Object.entries(facts).map(([fact, value]) => sql`, ${value} as ${sql.identifier(fact)}`);
  const read = Object.keys(facts).map((fact) => sql`, held.${sql.identifier(fact)}`);
  const query = statement(sql`
    with held as materialized (
      select wanted.*${sql.join(stated)}
      from ${wanted.table} inner join ${webhookEndpoints} as webhook
        on (webhook.account_id, webhook.id) = (wanted.account_id, wanted.id)
      ${withHead(sql`wanted.account_id`)} ${join}
      order by wanted.n for update of webhook
    ),
    written as (${write} returning webhook.*, held.n as call)
    select ${selectWebhook(sql`written`, sql`head`)}, held.n${sql.join(read)}
    from held left join written on written.call = held.n
    ${withHead(sql`held.account_id`)}`);
  const run = prepare(db, name, query, (values) => ({
    call: Number(values[WIDTH]),
    outcome: outcomeOf(values[0] === null ? null : readWebhook(values), values.slice(WIDTH + 1)),
  }));
  /** A URL that another transaction has just taken fails the statement. Only the next one finds the endpoint that has it. */
  const change = (calls: readonly Call[]) =>
    run(wanted.fill(calls)).catch((error: unknown) => {
      if (isTaken(error) && calls.length === 1) return run(wanted.fill(calls));
      throw error;
    });
  return batch<Call, Outcome | null>(
    db,
    async (calls) => {
      const outcomes = calls.map((): Outcome | null => null);
      for (const { call, outcome } of await change(calls)) outcomes[call - 1] = outcome;
      return outcomes;
    },
    { accountOf, rowOf },
  );
}

/** Matches the locked row of an endpoint. */
export const IS_HELD: SQL = sql`(webhook.account_id, webhook.id) = (held.account_id, held.id)`;

/** What changes of callers do: the next attempt is made at once, and an attempt in flight can tell that it is outdated. */
export const BEGIN_ANEW: SQL = sql`revision = webhook.revision + 1, next_attempt_at = now(), failures = 0`;

/** Returns the endpoint, if every locked endpoint is written. */
export function written(webhook: Webhook | null): Webhook {
  if (webhook) return webhook;
  throw new TypeError('A locked endpoint was not written.');
}
