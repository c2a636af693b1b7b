import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { type MigrationMeta, readMigrationFiles } from 'drizzle-orm/migrator';
import type pg from 'pg';

/** Folder of the migrations, beside package.json. It is found from the sources and from the bundle. */
export const migrationsFolder = join(dirname(findPackageJSON(import.meta.url) ?? '.'), 'drizzle');

/** A migration as Drizzle writes it: its statements, and the time that identifies it. */
export type Migration = Pick<MigrationMeta, 'sql' | 'hash' | 'folderMillis'>;

/** The migrations of a database compared with those of this version. A migration is identified by its time. */
export interface Standing {
  /** The migrations of this version that the database lacks, in their order. */
  lacking: Migration[];
  /** The newest migration of the database that this version does not know. */
  unknown: Date | null;
  /** The newest migration of this version. */
  known: Date;
}

/**
 * Compares the database with this version. Only reads, so it works in a read-only database and for a role that cannot create
 * anything. A migration that was merged late counts as lacking, although a newer one was applied.
 */
export async function standingOf(client: pg.Client): Promise<Standing> {
  const migrations = readMigrationFiles({ migrationsFolder });
  const known = migrations.map(({ folderMillis }) => folderMillis);
  const applied = await appliedOf(client);
  const unknown = applied.filter((moment) => !known.includes(moment));
  return {
    lacking: migrations.filter(({ folderMillis }) => !applied.includes(folderMillis)),
    unknown: unknown.length > 0 ? new Date(Math.max(...unknown)) : null,
    known: new Date(Math.max(...known)),
  };
}

/** Returns the times of the applied migrations; none if Drizzle's table does not exist yet. */
async function appliedOf(client: pg.Client): Promise<number[]> {
  const { rows } = await client.query<{ is_made: boolean }>(
    `select to_regclass('drizzle.__drizzle_migrations') is not null as is_made`,
  );
  if (!rows[0]?.is_made) return [];
  const applied = await client.query<{ created_at: string }>(
    'select created_at from drizzle.__drizzle_migrations',
  );
  return applied.rows.map(({ created_at }) => Number(created_at));
}
