import { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

const MANIFEST = 'package.json';
/** Keeps the manifest of the checkout while the tarball is made. */
const KEPT = '.package.json.kept';

/**
 * Returns the package.json of the tarball: without what the bundle already contains, and without what needs the sources. Otherwise
 * an installation would have 115 packages, with 83 MB, that are never loaded.
 */
export function packedManifest(manifest: string): string {
  const { scripts, dependencies, devDependencies, allowScripts, ...packed } = JSON.parse(manifest);
  return `${JSON.stringify(packed, null, 2)}\n`;
}

if (import.meta.main) {
  const [action] = process.argv.slice(2);
  if (action === 'restore') renameSync(KEPT, MANIFEST);
  else {
    if (existsSync(KEPT)) renameSync(KEPT, MANIFEST); // left by a run that was killed
    copyFileSync(MANIFEST, KEPT);
    writeFileSync(MANIFEST, packedManifest(readFileSync(KEPT, 'utf8')));
  }
}
