import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { EnvFiles } from './given.ts';

const OPTION = /^--env-file(?:-if-exists)?=(.+)$/;

/**
 * Reads the `.env` files that Node.js was started with, for messages that name them. `options` are those of Node.js
 * (`process.execArgv`). If several files set a variable, the last one applies.
 */
export function readEnvFiles(options: readonly string[]): EnvFiles {
  const files = options.flatMap((option) => OPTION.exec(option)?.[1] ?? []);
  return new Map(
    files.flatMap((file) =>
      Object.entries(parseEnv(contentOf(file))).map(([name, value]) => [name, { value, file }] as const),
    ),
  );
}

/** Returns the content of a file; nothing if it cannot be read, because Node.js did not read it either. */
function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
