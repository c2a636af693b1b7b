import { readFileSync } from 'node:fs';

/**
 * Returns what the changelog says about a version: the text below its heading, such as `## 1.2.0 (2026-12-01)` or `## [1.2.0]`,
 * up to the next heading. Null if there is no such heading, or nothing below it.
 */
export function releaseNotes(changelog: string, version: string): string | null {
  const [, ...sections] = changelog.split(/^## /m);
  const section = sections.find((each) => /^\[?([^\s\]]+)/.exec(each)?.[1] === version);
  const notes = section?.slice(section.indexOf('\n') + 1).trim() ?? '';
  return notes === '' ? null : notes;
}

if (import.meta.main) {
  const [tag = ''] = process.argv.slice(2);
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const notes = releaseNotes(readFileSync('CHANGELOG.md', 'utf8'), version);
  if (tag !== `v${version}`) {
    console.error(`The tag is ${tag}, but package.json has the version ${version}.`);
    process.exitCode = 1;
  } else if (notes === null) {
    console.error(`CHANGELOG.md has no section about ${version}. Rename its "Unreleased" section.`);
    process.exitCode = 1;
  } else {
    console.log(notes);
  }
}
