import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from './ownership.ts';
import type { ServerUser } from './server-user.ts';

/**
 * How a cluster lets in its clients. `previous`: an earlier version made it, and lets in whoever reaches the socket as
 * superuser. `setup`: the same while its roles are made, in a folder that only its user can enter; a server that runs may
 * not have read the rules of `closed` yet. `closed`: only with a password.
 */
export type Access = 'previous' | 'setup' | 'closed';

const fileOf = (folder: string) => join(folder, 'pg_hba.conf');
const MARK = '# segments-gateway: ';

const CLOSED = 'local all all scram-sha-256\nlocal replication all scram-sha-256\n';
/** `closing` has the rules of `closed`, and is taken for `setup` until the server has been told to read them. */
const RULES = { setup: 'local all postgres trust\n', closing: CLOSED, closed: CLOSED };

export function accessOf(folder: string): Access {
  const text = readFileSync(fileOf(folder), 'utf8');
  if (text.startsWith(`${MARK}closed\n`)) return 'closed';
  return text.startsWith(MARK) ? 'setup' : 'previous';
}

/** Writes the rules, which a running server does not read by itself. */
export const setAccess = (folder: string, access: keyof typeof RULES, user: ServerUser): void =>
  replaceFile(fileOf(folder), `${MARK}${access}\n${RULES[access]}`, user);
