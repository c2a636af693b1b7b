import type { Database } from '../database/connect.ts';
import { changeMembers } from './store/change.ts';
import { countMembers } from './store/count.ts';
import { findMembers } from './store/find.ts';
import { listMembers } from './store/list.ts';
import { replaceAll } from './store/replace.ts';

export type MemberStore = ReturnType<typeof memberStore>;

/** The members of segments in Postgres. Each method, except for replacements, sends one
 * statement for all calls of a turn, and every call names its account. */
export const memberStore = (db: Database) => ({
  list: listMembers(db),
  find: findMembers(db),
  count: countMembers(db),
  change: changeMembers(db),
  replacement: replaceAll(db),
});
