import { basename } from 'node:path';
import { setFlagsFromString } from 'node:v8';

/** V8 reads these only when the process starts. `npm start` and the image have them on their command lines. */
const YOUNG_GENERATION = ['--min-semi-space-size=64', '--max-semi-space-size=64'];

/**
 * Gives V8's young generation 64 MB if the program was called by its name, `segments`, as npm installs it: replaces this process
 * by one that has the flags, with the same id. Whoever calls `node` chooses the flags. See docs/decisions/v8-flags.md.
 */
export function runWithLargeYoungGeneration(): void {
  const { argv, env, execArgv, execPath } = process;
  const given = [...execArgv, env.NODE_OPTIONS ?? ''];
  if (basename(argv[1] ?? '') !== 'segments' || given.some((flag) => flag.includes('semi-space-size')))
    return;
  process.execve?.(execPath, [execPath, ...YOUNG_GENERATION, ...execArgv, ...argv.slice(1)], env);
}

/**
 * Makes V8 collect old garbage when the heap has grown by 60 %. On a machine with much memory, V8 would otherwise let it grow
 * to three times its size. See docs/decisions/v8-flags.md.
 */
export function limitHeapGrowth(): void {
  setFlagsFromString('--heap-growing-percent=60');
}
