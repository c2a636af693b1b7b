import { readFileSync } from 'node:fs';
import { type Change, CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

/** The part of a changelog that is not released yet. */
const UNRELEASED = /^## .*Unreleased[\s\S]*?(?=^## |(?![\s\S]))/m;

/** The directives of federation are known to routers, and not defined in the file. */
const schemaOf = (sdl: string) => buildSchema(sdl, { assumeValid: true, assumeValidSDL: true });

/**
 * What breaks clients between two schemas and is not announced: a line of the changelog's unreleased part that says
 * "Breaking" and names the place in backticks (`Query.node`) announces it.
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
