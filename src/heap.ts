import { basename } from 'node:path';
import { setFlagsFromString } from 'node:v8';

/** Flags for V8's young generation, which V8 reads only when the process starts. */
const YOUNG_GENERATION = {
  /** Much garbage in a short time. `npm start` and the image have these flags on their command lines. */
  serve: ['--min-semi-space-size=64', '--max-semi-space-size=64'],
  /** Little garbage, steadily. */
  deliver: ['--max-semi-space-size=8'],
};

/**
 * Gives V8's young generation the size that suits a command if the program was called by its name, `segments`, as npm installs it:
 * replaces this process by one that has the flags, with the same id. Whoever calls `node` chooses the flags. See
 * docs/decisions/v8-flags.md.
 */
export function runWithYoungGeneration(command: keyof typeof YOUNG_GENERATION): void {
  const { argv, env, execArgv, execPath } = process;
  const given = [...execArgv, env.NODE_OPTIONS ?? ''];
  if (basename(argv[1] ?? '') !== 'segments' || given.some((flag) => flag.includes('semi-space-size')))
    return;
  process.execve?.(execPath, [execPath, ...YOUNG_GENERATION[command], ...execArgv, ...argv.slice(1)], env);
}

/**
 * Makes V8 collect old garbage when the heap has grown by 60 %. On a machine with much memory, V8 would otherwise let it grow
 * to three times its size. See docs/decisions/v8-flags.md.
 */
export function limitHeapGrowth(): void {
  setFlagsFromString('--heap-growing-percent=60');
}
