import { randomBytes } from 'node:crypto';
import { closeSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * What a start of Postgres may write: its lock file, without which it does not start, caches, and a segment of its log of
 * 16 MB, which a recovery may need.
 */
const SIZE = 24 * 1024 * 1024;
/** Not zeros: some file systems keep no room for those. */
const CHUNK = 1024 * 1024;

const fileOf = (folder: string) => `${folder}.reserve`;

/**
 * Gives the space that is kept beside a cluster to the server that is to start on it, if the disk is full. Gives how many
 * bytes that is.
 */
export function freeReserve(folder: string): number {
  const size = sizeOf(fileOf(folder));
  if (size === 0 || freeSpace(folder) >= SIZE) return 0;
  rmSync(fileOf(folder), { force: true });
  return size;
}

/**
 * Keeps space beside a cluster for the next start: as much as was freed for this one and is still there, so that nothing else
 * uses it up; or all of it, where the disk has plenty.
 */
export function keepReserve(folder: string, freed: number): void {
  if (sizeOf(fileOf(folder)) >= SIZE) return;
  const wanted = freeSpace(folder) >= 2 * SIZE ? SIZE : freed;
  if (wanted > 0) fill(fileOf(folder), wanted);
}

/** Writes a file of so many bytes, or of as many as there is room for. */
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
