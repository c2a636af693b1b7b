import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from './ownership.ts';
import type { ServerUser } from './server-user.ts';

/**
 * How a cluster authenticates clients. `previous`: an earlier version created the cluster, and whoever reaches the socket connects
 * as superuser. `setup`: the same while the roles are created, in a folder that only its user can enter; a running server may not
 * have read the rules of `closed` yet. `closed`: a password is required.
 */
export type Access = 'previous' | 'setup' | 'closed';

const fileOf = (folder: string) => join(folder, 'pg_hba.conf');
const MARK = '# segments-gateway: ';

const CLOSED = 'local all all scram-sha-256\nlocal replication all scram-sha-256\n';
/** `closing` has the rules of `closed`, but counts as `setup` until the server was told to read them. */
const RULES = { setup: 'local all postgres trust\n', closing: CLOSED, closed: CLOSED };

/** Reads which rules a cluster has. */
export function accessOf(folder: string): Access {
  const text = readFileSync(fileOf(folder), 'utf8');
  if (text.startsWith(`${MARK}closed\n`)) return 'closed';
  return text.startsWith(MARK) ? 'setup' : 'previous';
}

/** Writes the rules. A running server does not read them before it is told to. */
export const setAccess = (folder: string, access: keyof typeof RULES, user: ServerUser): void =>
  replaceFile(fileOf(folder), `${MARK}${access}\n${RULES[access]}`, user);
