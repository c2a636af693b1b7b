import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import { clusterFolder, previousUrlOf } from '../src/embedded-postgres/postmaster.ts';
import { type Embedded, startEmbedded } from '../src/embedded-postgres/server.ts';

/** Runs one statement as the owner of the server, in a session of its own. Gives its rows. */
export async function administer(url: string, statement: string) {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

/** Everybody who reaches the socket, as any role. */
const TRUST = 'local all all trust\nlocal replication all trust\n';

/** An embedded server that lets in as superuser whoever reaches its socket, for tests that make roles and databases. */
export async function openPostgres(
  folder: string,
  settings: string[] = [],
  rules = TRUST,
): Promise<Embedded> {
  const file = join(folder, 'rules');
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755); // the server's user reads the rules
  writeFileSync(file, rules);
  const { stop } = await startEmbedded(folder, { settings: [`hba_file=${file}`, ...settings] });
  return { url: previousUrlOf(clusterFolder(folder)), stop };
}

/** The same server, another database. */
export function urlOf(server: string, database: string): string {
  return server.replace(/^([^?]*\/)[^/?]*(\?|$)/, `$1${database}$2`);
}

/** The same database, for sessions that can only read. */
export function readOnlyUrlOf(url: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}options=-c%20default_transaction_read_only%3Don`;
}

/** A database of its own for a test: migrated, or empty where `template` is false. */
export async function makeDatabase({
  template = true,
} = {}): Promise<{ url: string; drop(): Promise<void> }> {
  const server = inject('postgres');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await administer(server, `create database ${name}${template ? ` template ${inject('template')}` : ''}`);
  return {
    url: urlOf(server, name),
    drop: async () => {
      await administer(server, `drop database ${name} with (force)`);
    },
  };
}
