import { randomBytes } from 'node:crypto';
import { closeSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * The space that a start of Postgres may need, in bytes: its lock file, without which it does not start, caches, and a segment of
 * its write-ahead log (16 MB), which a recovery may need.
 */
const SIZE = 24 * 1024 * 1024;
/** Written at once. The bytes are random, because some file systems store no zeros. */
const CHUNK = 1024 * 1024;

const fileOf = (folder: string) => `${folder}.reserve`;

/**
 * If the disk is full, frees the space that is kept beside a cluster, for the server that is about to start. Returns the number
 * of bytes freed.
 */
export function freeReserve(folder: string): number {
  const size = sizeOf(fileOf(folder));
  if (size === 0 || freeSpace(folder) >= SIZE) return 0;
  rmSync(fileOf(folder), { force: true });
  return size;
}

/**
 * Reserves space beside a cluster for the next start: all of it if the disk has plenty; otherwise what is left of the space that
 * was freed for this start, before anything else uses it.
 */
export function keepReserve(folder: string, freed: number): void {
  if (sizeOf(fileOf(folder)) >= SIZE) return;
  const wanted = freeSpace(folder) >= 2 * SIZE ? SIZE : freed;
  if (wanted > 0) fill(fileOf(folder), wanted);
}

/** Writes a file of this size, or of what fits on the disk. */
function fill(file: string, size: number): void {
  try {
    const descriptor = openSync(file, 'w', 0o600);
    try {
      const bytes = randomBytes(CHUNK);
      for (let left = size; left > 0; ) left -= writeSync(descriptor, bytes, 0, Math.min(left, CHUNK));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // The disk is full: what was written is kept.
  }
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

function freeSpace(folder: string): number {
  const { bavail, bsize } = statfsSync(dirname(folder));
  return bavail * bsize;
}
