import type pg from 'pg';
import type { Observe } from '../observation.ts';
import { WrongConfig } from '../wrong-config.ts';

/**
 * The privileges without which every read, every write of segments, or every delivery of webhooks fails. The README lists everything
 * that a role needs.
 */
const NEEDED = {
  segments: ['select', 'insert', 'update', 'delete'],
  events: ['select', 'insert', 'update', 'delete'],
  event_heads: ['select', 'insert', 'update'],
  memberships: ['select', 'insert', 'update'],
  members: ['select', 'insert', 'update', 'delete'],
  member_leftovers: ['select', 'insert', 'update', 'delete'],
  webhook_endpoints: ['select', 'insert', 'update', 'delete'],
  webhook_deliveries: ['select', 'insert', 'update', 'delete'],
  idempotency_keys: ['select', 'insert', 'update', 'delete'],
  api_tokens: ['select'],
};

interface Missing {
  table: string;
  privileges: string[];
}

/**
 * Checks the privileges of the role on the tables. Throws WrongConfig if any is missing. If the database is read-only, it can be
 * served without privileges to write, so then only observes that they are missing.
 */
export async function requirePrivileges(client: pg.Client, observe: Observe): Promise<void> {
  const needed = Object.entries(NEEDED).flatMap(([table, privileges]) =>
    privileges.map((privilege) => ({ table, privilege })),
  );
  const { rows } = await client.query<Missing & { role: string; read_only: boolean }>(
    `select quote_ident(current_user) as role, current_setting('transaction_read_only')::boolean as read_only,
       needed.table, array_agg(needed.privilege order by needed.i) as privileges
     from unnest($1::text[], $2::text[]) with ordinality as needed ("table", privilege, i)
     where to_regclass(needed.table) is not null and not has_table_privilege(to_regclass(needed.table), needed.privilege)
     group by needed.table order by min(needed.i)`,
    [needed.map(({ table }) => table), needed.map(({ privilege }) => privilege)],
  );
  const [first] = rows;
  if (!first) return;
  const { role } = first;
  const missing = rows.map(({ table, privileges }) => `${privileges.join(', ')} on ${table}`);
  const remedy = missing.map((grant) => `grant ${grant} to ${role};`).join(' ');
  const canRead = rows.every(({ privileges }) => !privileges.includes('select'));
  if (canRead && first.read_only) return observe({ kind: 'privileges_missing', missing, remedy });
  throw new WrongConfig(
    `DATABASE_URL must name a role that is allowed to read and write the tables; ${role} lacks ${missing.join(' and ')}. As the owner of the tables, run: ${remedy}`,
  );
}
