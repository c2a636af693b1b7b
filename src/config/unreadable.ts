const CAUSES: Readonly<Record<string, string>> = {
  ENOENT: 'which does not exist',
  EISDIR: 'which is a folder',
  EACCES: 'which this user is not allowed to read',
};

/** Returns why a file could not be read, as a clause such as "which does not exist". `error` is that of `node:fs`. */
export function unreadable(error: unknown): string {
  const { code = '' }: { code?: string } = Object(error);
  return CAUSES[code] ?? `which cannot be read (${code})`;
}
