import { closeSync, constants, fchownSync, lchownSync, openSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { writeDraft } from './folder.ts';
import type { ServerUser } from './server-user.ts';

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * Makes a user the owner of a folder and everything in it. The folder itself comes last, so that an interruption is noticed and
 * this is done again. The previous owner may still change the folder meanwhile. So each folder is opened without following
 * links, and its entries are reached through what was opened: nothing outside of it can be given away.
 */
export function giveTo(folder: string, user: ServerUser): void {
  if (!user) return;
  const { uid, gid } = user;
  const fd = openSync(folder, FOLDER);
  try {
    const inside = process.platform === 'linux' ? `/proc/self/fd/${fd}` : folder;
    for (const entry of readdirSync(inside, { withFileTypes: true })) {
      const path = join(inside, entry.name);
      unlessGone(() => (entry.isDirectory() ? giveTo(path, user) : lchownSync(path, uid, gid)));
    }
    fchownSync(fd, uid, gid);
  } finally {
    closeSync(fd);
  }
}

/** Ignores that a file is gone: a server that another gateway starts at the same time may remove files. */
function unlessGone(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

/** Replaces a file, or a link, by a file that only one user can read. */
export function replaceFile(path: string, content: string, user: ServerUser): void {
  const draft = writeDraft(path, content);
  if (user) lchownSync(draft, user.uid, user.gid);
  renameSync(draft, path);
}
