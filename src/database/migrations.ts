import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { type MigrationMeta, readMigrationFiles } from 'drizzle-orm/migrator';
import type pg from 'pg';

/** From the sources and from the bundle, the package's folder is the one that holds package.json. */
export const migrationsFolder = join(dirname(findPackageJSON(import.meta.url) ?? '.'), 'drizzle');

/** What Drizzle writes: statements, and the moment by which they are known. */
export type Migration = Pick<MigrationMeta, 'sql' | 'hash' | 'folderMillis'>;

/** How a database and this version stand to each other. A migration is known by its moment. */
export interface Standing {
  /** The migrations of this version that the database lacks, in their order. */
  lacking: Migration[];
  /** The newest migration of the database that this version does not know. */
  unknown: Date | null;
  /** The newest that this version knows. */
  known: Date;
}

/**
 * Compares the database with this version. Only reads: a role without rights to make anything may ask, and a database
 * that only reads answers. A migration that was merged late is lacking too, although a newer one was applied.
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

/** The moments of the migrations that were applied: of none, where Drizzle has not made its table yet. */
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
