import { type SQL, sql } from 'drizzle-orm';
import { members } from '../../database/tables/members.ts';

interface MemberKey {
  account: SQL;
  customer: SQL;
  segment: SQL;
  generation: SQL;
}

/**
 * A subquery for the member with this key, to join laterally: at most one row. Its limit makes Postgres look up one member after the
 * other. The key is written as a range, because with `=`, Postgres may look for the customer among all members of the segment.
 */
export function memberOf({ account, customer, segment, generation }: MemberKey): SQL {
  const key = sql`(${customer}, ${segment}, ${generation})`;
  return sql`(
    select member.*, member.ctid as address from ${members} as member
    where member.account_id = ${account}
      and (member.customer_id, member.segment_id, member.generation) >= ${key}
      and (member.customer_id, member.segment_id, member.generation) <= ${key}
    limit 1
  )`;
}
