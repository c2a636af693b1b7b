import { readFileSync, statSync } from 'node:fs';
import { quoted } from '../errors/quoted.ts';
import { unreadable } from './unreadable.ts';

/** Max bytes of a file: more than any secret has, and little enough to read at once. */
const MAX_BYTES = 16 * 1024;

/**
 * Reads a secret from a file, without the line end that editors add. Returns what is wrong with the file instead if it cannot be
 * read, is longer than 16 KiB, is not UTF-8 or contains nothing. An empty file is refused, because a gateway without
 * its secret would serve everybody.
 */
export function readSecret(file: string): { secret?: string; problem?: string } {
  const problem = (why: string) => ({ problem: `names ${quoted(file)}, ${why}` });
  try {
    const status = statSync(file);
    if (!status.isFile()) return problem('which is not a regular file');
    const { size } = status;
    if (size > MAX_BYTES) return problem(`which has ${size} bytes; a secret has at most ${MAX_BYTES}`);
    const secret = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)).replace(/\r?\n$/, '');
    return secret === '' ? problem('which is empty') : { secret };
  } catch (error) {
    return problem(error instanceof TypeError ? 'which is not UTF-8' : unreadable(error));
  }
}
