import { setFlagsFromString } from 'node:v8';

/**
 * Makes V8 collect old garbage when the heap has grown by 60 %. On a machine with much memory, V8 would otherwise let it grow
 * to three times its size. See docs/decisions/v8-flags.md.
 */
export function limitHeapGrowth(): void {
  setFlagsFromString('--heap-growing-percent=60');
}
