import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isToken, newToken } from './accounts/token.ts';
import { inFolder } from './embedded-postgres/folder.ts';
import { replaceFile } from './embedded-postgres/ownership.ts';

/**
 * Returns the token of the embedded database. The first start creates it, in a file that only its owner can read. A file without
 * a valid token is replaced.
 */
export const keptToken = (dataDir: string): Promise<string> =>
  inFolder(dataDir, () => {
    const kept = readIfThere(fileOf(dataDir))?.trim() ?? '';
    return isToken(kept) ? kept : makeToken(dataDir);
  });

/** Replaces the token if it has ended, because it was revoked or because API_TOKEN was set for a while. */
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
