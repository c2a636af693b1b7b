import { readFileSync } from 'node:fs';
import { type Change, CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

/** The part of a changelog that is not released yet. */
const UNRELEASED = /^## .*Unreleased[\s\S]*?(?=^## |(?![\s\S]))/m;

/** Does not validate: the file does not define the directives of federation, which routers know. */
const schemaOf = (sdl: string) => buildSchema(sdl, { assumeValid: true, assumeValidSDL: true });

/**
 * Returns the changes between two schemas that break clients and are not announced. A change is announced by a line in the unreleased
 * part of the changelog that contains "Breaking" and the changed place in backticks (`Query.node`).
 */
export async function breakingChanges(before: string, after: string, changelog: string): Promise<Change[]> {
  const changes = await diff(schemaOf(before), schemaOf(after));
  const announced = (UNRELEASED.exec(changelog)?.[0] ?? '')
    .split('\n')
    .filter((line) => line.includes('Breaking'));
  return changes.filter(
    ({ criticality, path }) =>
      criticality.level === CriticalityLevel.Breaking &&
      !announced.some((line) => path !== undefined && line.includes(`\`${path}\``)),
  );
}

if (import.meta.main) {
  const [before = '', after = '', changelog = ''] = process.argv
    .slice(2)
    .map((file) => readFileSync(file, 'utf8'));
  const changes = await breakingChanges(before, after, changelog);
  for (const { message, path } of changes)
    console.error(`Breaking, and not in the changelog: ${message} (\`${path}\`)`);
  process.exitCode = changes.length > 0 ? 1 : 0;
}
