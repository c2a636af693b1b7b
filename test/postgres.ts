import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

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

/** The same server, another database. */
export function urlOf(server: string, database: string): string {
  return server.replace(/^([^?]*\/)[^/?]*(\?|$)/, `$1${database}$2`);
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
