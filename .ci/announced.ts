/** The part of a changelog that is not released yet. */
const UNRELEASED = /^## .*Unreleased[\s\S]*?(?=^## |(?![\s\S]))/m;

/**
 * Returns whether a changelog announces that the change of a place breaks clients: by a line in its unreleased part that contains
 * "Breaking" and the place in backticks, such as `Query.node`.
 */
export function announcedIn(changelog: string): (place: string) => boolean {
  const announced = (UNRELEASED.exec(changelog)?.[0] ?? '')
    .split('\n')
    .filter((line) => line.includes('Breaking'));
  return (place) => announced.some((line) => line.includes(`\`${place}\``));
}
