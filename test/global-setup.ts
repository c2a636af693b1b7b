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
    /** A connection string of a Postgres on which tests may make databases. */
    postgres: string;
    /** A migrated, empty database, to be copied. */
    template: string;
  }
}

/** Fast, and as real as ever to a test that kills no server: what is lost is only safety against a power cut. */
const FAST = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off', 'max_connections=300'];

/** One Postgres for the run: that of TEST_DATABASE_URL, or the embedded one. */
export default async function setup({ provide }: TestProject) {
  const folder = mkdtempSync(join(tmpdir(), 'segments-test-'));
  const given = process.env.TEST_DATABASE_URL;
  const embedded = given ? null : await openPostgres(folder, FAST);
  const postgres = given ?? embedded?.url ?? '';
  const template = `template_${process.pid}`;

  await build({ ...bundle }); // the tests of the whole process start what production starts
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
