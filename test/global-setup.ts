import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'rolldown';
import type { TestProject } from 'vitest/node';
import bundle from '../rolldown.config.ts';
import { migrate } from '../src/database/migrate.ts';
import { administer, openPostgres, urlOf } from './postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The URL of a Postgres server on which tests may create databases. */
    postgres: string;
    /** The name of a migrated, empty database, which tests copy. */
    template: string;
  }
}

/** Gives up durability for speed. Only a crash could lose data, and tests that crash a server start their own. */
const FAST = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off', 'max_connections=300'];

/** Provides one Postgres server for the whole run: that of TEST_DATABASE_URL, or an embedded one. */
export default async function setup({ provide }: TestProject) {
  const folder = mkdtempSync(join(tmpdir(), 'segments-test-'));
  const given = process.env.TEST_DATABASE_URL;
  const embedded = given ? null : await openPostgres(folder, FAST);
  const postgres = given ?? embedded?.url ?? '';
  const template = `template_${process.pid}`;

  await build({ ...bundle }); // tests that start processes run the bundle of production
  await administer(postgres, `create database ${template}`);
  await migrate(urlOf(postgres, template));
  provide('postgres', postgres);
  provide('template', template);

  return async () => {
    await administer(postgres, `drop database ${template}`);
    await embedded?.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
