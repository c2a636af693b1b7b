const CAUSES: Readonly<Record<string, string>> = {
  ENOENT: 'which does not exist',
  EISDIR: 'which is a folder',
  EACCES: 'which this user is not allowed to read',
};

/** Says why a file could not be read ("which …"), from the error of `node:fs`. */
export function unreadable(error: unknown): string {
  const { code = '' }: { code?: string } = Object(error);
  return CAUSES[code] ?? `which cannot be read (${code})`;
}
