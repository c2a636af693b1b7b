import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isToken, newToken } from './accounts/token.ts';
import { inFolder } from './embedded-postgres/folder.ts';
import { replaceFile } from './embedded-postgres/ownership.ts';

/**
 * The token of the embedded database: made by its first start, and kept where only its owner can read it. A file that holds
 * no token is replaced.
 */
export const keptToken = (dataDir: string): Promise<string> =>
  inFolder(dataDir, () => {
    const kept = readIfThere(fileOf(dataDir))?.trim() ?? '';
    return isToken(kept) ? kept : makeToken(dataDir);
  });

/** Another one in its place, where it has ended: it was revoked, or an API_TOKEN was set for a while. */
export const renewedToken = (dataDir: string): Promise<string> => inFolder(dataDir, () => makeToken(dataDir));

const fileOf = (dataDir: string) => join(dataDir, 'token');

function makeToken(dataDir: string): string {
  const token = newToken();
  replaceFile(fileOf(dataDir), `${token}\n`, undefined);
  return token;
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
