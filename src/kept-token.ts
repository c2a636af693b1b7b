import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isToken, newToken } from './accounts/token.ts';
import { inFolder } from './database/embedded/folder.ts';

/**
 * The token of the embedded database: made by its first start, and kept where only its owner can read it. One that a
 * start left half written is made anew.
 */
export const keptToken = (dataDir: string): Promise<string> =>
  inFolder(dataDir, () => {
    const file = join(dataDir, 'token');
    const kept = readIfThere(file)?.trim() ?? '';
    if (isToken(kept)) return kept;
    const token = newToken();
    writeFileSync(`${file}.new`, `${token}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
    return token;
  });

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
