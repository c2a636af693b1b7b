import { closeSync, constants, fchownSync, lchownSync, openSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { writeDraft } from './folder.ts';
import type { ServerUser } from './server-user.ts';

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * Gives a folder, with all that is in it, to a user. The folder itself comes last, so that what was interrupted is seen and
 * done again. Whoever had it before may still change it: each folder is opened without following a link, and what is in it
 * is reached through what was opened, so that nothing outside is ever given away.
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

/** A server that another gateway starts at the same time may remove files. */
function unlessGone(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

/** Puts a file, which only a user can read, in the place of another one or of a link. */
export function replaceFile(path: string, content: string, user: ServerUser): void {
  const draft = writeDraft(path, content);
  if (user) lchownSync(draft, user.uid, user.gid);
  renameSync(draft, path);
}
