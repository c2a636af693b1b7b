import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeOnce } from './folder.ts';

/** The roles of an embedded server: its superuser, and the gateway's own, which owns nothing but its database. */
export type Role = 'postgres' | 'segments';

/** The file of a cluster's passwords, next to it. Only its owner can read it. psql can read its format (PGPASSFILE). */
const fileOf = (folder: string) => join(dirname(folder), 'pgpass');

export const hasPasswords = (folder: string): boolean => existsSync(fileOf(folder));

/** Creates the passwords, unless they exist. */
export function ensurePasswords(folder: string): void {
  const lineOf = (role: Role) => `*:*:*:${role}:${randomBytes(24).toString('hex')}\n`;
  writeOnce(fileOf(folder), () => lineOf('postgres') + lineOf('segments'));
}

/** Returns the password of a role. Throws if there is none. */
export function passwordOf(folder: string, role: Role): string {
  const lines = readFileSync(fileOf(folder), 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const [password] = lines.find((fields) => fields.at(-2) === role)?.slice(-1) ?? [];
  if (password) return password;
  throw new Error(
    `${fileOf(folder)} has no password for ${role}. Stop the Postgres that uses it, delete the file, and start again.`,
  );
}
