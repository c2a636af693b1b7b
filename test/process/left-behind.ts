import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Processes that work in a folder or have it open: the Postgres of a DATA_DIR, and the initdb that creates it. */
export function processesIn(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => [join('/proc', pid, 'cwd'), join('/proc', pid, 'fd', '3')].some(leadsInto(folder)))
    .map(Number);
}

const leadsInto = (folder: string) => (link: string) => {
  try {
    return readlinkSync(link).startsWith(`${folder}/`);
  } catch {
    return false; // it has ended meanwhile
  }
};
