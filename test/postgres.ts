import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import { clusterFolder, previousUrlOf } from '../src/embedded-postgres/postmaster.ts';
import { type Embedded, startEmbedded } from '../src/embedded-postgres/server.ts';

/** Runs one statement in its own session and returns its rows. */
export async function administer(url: string, statement: string) {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

/** Lets in everyone who can reach the socket, as any role and without a password. */
const TRUST = 'local all all trust\nlocal replication all trust\n';

/**
 * Starts an embedded server for tests that create roles and databases. `rules` are the lines of its pg_hba.conf. The URL is
 * that of its superuser, without a password.
 */
export async function openPostgres(
  folder: string,
  settings: string[] = [],
  rules = TRUST,
): Promise<Embedded> {
  const file = join(folder, 'rules');
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755); // if this is root, the server runs as another user, who has to read the rules
  writeFileSync(file, rules);
  const { stop } = await startEmbedded(folder, { settings: [`hba_file=${file}`, ...settings] });
  return { url: previousUrlOf(clusterFolder(folder)), stop };
}

/** Returns the URL of another database on the same server. */
export function urlOf(server: string, database: string): string {
  return server.replace(/^([^?]*\/)[^/?]*(\?|$)/, `$1${database}$2`);
}

/** Returns the URL of the same database for read-only sessions. */
export function readOnlyUrlOf(url: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}options=-c%20default_transaction_read_only%3Don`;
}

/** Creates a database for a test: migrated, empty if `template` is false, or a copy of another one that nobody is using. */
export async function makeDatabase({
  template = true,
}: {
  template?: boolean | string;
} = {}): Promise<{ url: string; drop(): Promise<void> }> {
  const server = inject('postgres');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const copied = template === true ? inject('template') : template;
  await administer(server, `create database ${name}${copied ? ` template ${copied}` : ''}`);
  return {
    url: urlOf(server, name),
    drop: async () => {
      await administer(server, `drop database ${name} with (force)`);
    },
  };
}
