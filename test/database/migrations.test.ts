import { readFileSync } from 'node:fs';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { describe, expect, it } from 'vitest';
import { indexIn } from '../../src/database/build-index.ts';
import { migrationsFolder } from '../../src/database/migrations.ts';
import { PLANNER } from '../../src/database/planner.ts';

/** Index of the first migration that may be applied while gateways are running. */
const FIRST_ON_RUNNING_TABLES = 3;

describe.each(readMigrationFiles({ migrationsFolder }).slice(FIRST_ON_RUNNING_TABLES))(
  'the migration of $folderMillis',
  ({ sql }) => {
    it('builds an index of a table that is in use concurrently: .concurrently() in src/database/tables', () => {
      const made = sql.flatMap((statement) => /create table "(\w+)"/i.exec(statement)?.[1] ?? []);
      const blocking = sql.filter((statement) => {
        const [, table = ''] =
          /create (?:unique )?index (?!concurrently).* on "(\w+)"/i.exec(statement) ?? [];
        return table !== '' && !made.includes(table);
      });
      expect(blocking).toEqual([]);
    });

    it('does nothing else if it builds an index concurrently (make it two migrations)', () => {
      const built = sql.map(indexIn);
      if (built.some((name) => name !== undefined)) expect(built).not.toContain(undefined);
    });
  },
);

it('the README shows how to set for a role behind a pooler what is otherwise set for each session', () => {
  const readme = readFileSync('README.md', 'utf8');
  for (const [name, value] of Object.entries(PLANNER)) {
    expect(readme).toContain(`alter role segments set ${name} = '${value}';`);
  }
});
