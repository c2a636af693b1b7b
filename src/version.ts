import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';

/** Returns the version in package.json. It is found from the sources and from the bundle. */
export function packageVersion(): string {
  const { version }: { version: string } = JSON.parse(
    readFileSync(findPackageJSON(import.meta.url) ?? 'package.json', 'utf8'),
  );
  return version;
}
