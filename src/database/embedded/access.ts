import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from './ownership.ts';
import type { ServerUser } from './server-user.ts';

/**
 * How a cluster lets in its clients. `previous`: as an earlier version left it, whoever reaches the socket is let in as
 * superuser. `setup`: the same while its roles are made, in a folder that only its user can enter. `closed`: with a password.
 */
export type Access = 'previous' | 'setup' | 'closed';

const fileOf = (folder: string) => join(folder, 'pg_hba.conf');
const MARK = '# segments-gateway: ';

const RULES: Record<Exclude<Access, 'previous'>, string> = {
  setup: 'local all postgres trust\n',
  closed: 'local all all scram-sha-256\nlocal replication all scram-sha-256\n',
};

export function accessOf(folder: string): Access {
  const text = readFileSync(fileOf(folder), 'utf8');
  if (text.startsWith(`${MARK}closed\n`)) return 'closed';
  return text.startsWith(`${MARK}setup\n`) ? 'setup' : 'previous';
}

export const setAccess = (folder: string, access: keyof typeof RULES, user: ServerUser): void =>
  replaceFile(fileOf(folder), `${MARK}${access}\n${RULES[access]}`, user);
