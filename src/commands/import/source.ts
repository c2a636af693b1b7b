import { createReadStream, type Stats, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { STANDARD } from '../file-format.ts';
import { WrongUsage } from '../wrong-usage.ts';

/** What is imported. */
export interface Source {
  /** Opens it from the beginning. */
  open(): Readable;
  /** What is known of a file; undefined for anything that can be read only once, such as standard input. */
  file?: { size: number; modified: string };
}

/** Returns the source of this name. Throws WrongUsage if there is no such file. */
export function sourceOf(name: string): Source {
  if (name === STANDARD) return { open: () => process.stdin };
  const stats = statsOf(name);
  const open = () => createReadStream(name);
  if (!stats.isFile()) return { open };
  return { open, file: { size: stats.size, modified: stats.mtime.toISOString() } };
}

function statsOf(name: string): Stats {
  const stats = statSync(name, { throwIfNoEntry: false });
  if (!stats) throw new WrongUsage(`There is no file ${name}.`);
  if (stats.isDirectory()) throw new WrongUsage(`${name} is a folder.`);
  return stats;
}
