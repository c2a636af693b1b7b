import { readFileSync } from 'node:fs';
import { type Change, CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';
import { announcedIn } from './announced.ts';

/** Does not validate: the file does not define the directives of federation, which routers know. */
const schemaOf = (sdl: string) => buildSchema(sdl, { assumeValid: true, assumeValidSDL: true });

/** Returns the changes between two schemas that break clients and are not announced in the changelog. */
export async function breakingChanges(before: string, after: string, changelog: string): Promise<Change[]> {
  const changes = await diff(schemaOf(before), schemaOf(after));
  const isAnnounced = announcedIn(changelog);
  return changes.filter(
    ({ criticality, path }) =>
      criticality.level === CriticalityLevel.Breaking && !(path !== undefined && isAnnounced(path)),
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
