import { randomBytes } from 'node:crypto';
import type { webhookEndpoints } from '../../src/database/tables/webhooks.ts';
import type { TestGateway } from '../harness.ts';

type Row = typeof webhookEndpoints.$inferSelect;

/** Inserts an endpoint of Ada's that has received nothing. Its URL is not called by this. */
export async function insertEndpoint({ database }: Pick<TestGateway, 'database'>, given: Partial<Row> = {}) {
  const id = `whe_${randomBytes(11).toString('hex')}`;
  const row = {
    ...{
      accountId: 'ada',
      id,
      url: `https://example.com/${id}`,
      types: null,
      cursor: 0,
      showsCustomers: true,
    },
    secret: `whsec_${randomBytes(32).toString('base64')}`,
    ...given,
  };
  const { accountId, url, types, cursor, showsCustomers, secret } = row;
  const { previousSecret = null, previousSecretUntil = null, replayAt = null, replayUntil = null } = row;
  await database.$client.query(
    `insert into webhook_endpoints (account_id, id, url, types, cursor, shows_customers, secret, previous_secret, previous_secret_until, replay_at, replay_until)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      ...[accountId, row.id, url, types && JSON.stringify(types), cursor, showsCustomers, secret],
      ...[previousSecret, previousSecretUntil, replayAt, replayUntil],
    ],
  );
  return { ...row, accountId };
}

/** An endpoint as it is stored. */
export async function storedEndpoint({ database }: Pick<TestGateway, 'database'>, id: string) {
  const { rows } = await database.$client.query('select * from webhook_endpoints where id = $1', [id]);
  const [row] = rows;
  return { ...row, cursor: Number(row.cursor), replay_at: row.replay_at && Number(row.replay_at) };
}

/** The deliveries of an endpoint, oldest event first. */
export async function deliveriesOf({ database }: Pick<TestGateway, 'database'>, id: string) {
  const { rows } = await database.$client.query(
    'select n::int, event_id, type, status, attempts from webhook_deliveries where endpoint_id = $1 order by n',
    [id],
  );
  return rows;
}

/** Sets columns of an endpoint. */
export const setEndpoint = ({ database }: Pick<TestGateway, 'database'>, id: string, assignments: string) =>
  database.$client.query(`update webhook_endpoints set ${assignments} where id = $1`, [id]);

/** Changes an endpoint as its caller would. */
export const changeEndpoint = (
  { database }: Pick<TestGateway, 'database'>,
  id: string,
  assignments: string,
  values: unknown[] = [],
) =>
  database.$client.query(
    `update webhook_endpoints set revision = revision + 1, failures = 0, next_attempt_at = now(), ${assignments} where id = $1`,
    [id, ...values],
  );
