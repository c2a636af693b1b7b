import { realpathSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { reasonToWait } from '../database/failure.ts';
import { accessOf, setAccess } from './access.ts';
import { giveTo } from './ownership.ts';
import { ensurePasswords, hasPasswords } from './passwords.ts';
import { isHeld, isUp, previousUrlOf, stopServer } from './postmaster.ts';
import type { ServerUser } from './server-user.ts';
import { openSocketFolder } from './socket-folder.ts';
import { lockFolder } from './tenancy.ts';

/** How long a server may take to start or stop. After that, Postgres itself decides whether the folder is in use. */
const PATIENCE_MS = 10_000;
const POLL_MS = 50;

/**
 * Prepares a cluster for this version. It gets the owner that its server runs as, and passwords, which are required after the first
 * start (see `closeAccess`). A cluster of an earlier version is converted in place, after a server that was left running on it is
 * stopped. Returns false if a gateway of an earlier version is using it.
 */
export async function takeOver(folder: string, user: ServerUser): Promise<boolean> {
  const isPrevious = accessOf(folder) === 'previous';
  if (isPrevious && !(await stopPrevious(folder))) return false;
  if (user && statSync(folder).uid !== user.uid) giveTo(realpathSync(folder), user); // the folder may be a link to another disk
  if (!isPrevious && hasPasswords(folder)) return true;
  if (!isPrevious && (await isUp(folder))) throw new Error(LOST);
  ensurePasswords(folder);
  setAccess(folder, 'setup', user);
  return true;
}

const LOST =
  'The file pgpass in DATA_DIR is missing, and with it the passwords of its Postgres, which is running: restore the file, or stop that Postgres and start again to set new passwords.';

/** Stops a server that an earlier version left running. Returns false if its gateway is still running. */
async function stopPrevious(folder: string): Promise<boolean> {
  const deadline = performance.now() + PATIENCE_MS;
  while (isHeld(folder) && performance.now() < deadline) {
    if (await isUp(folder)) {
      using socketFolder = openSocketFolder(folder);
      const letGo = await lockFolder(previousUrlOf(socketFolder.path)).catch(goneMeanwhile);
      if (letGo === null) return false;
      await stopServer(folder);
      await letGo();
    }
    await sleep(POLL_MS);
  }
  return true;
}

function goneMeanwhile(error: unknown): () => Promise<void> {
  if (reasonToWait(error) === undefined) throw error;
  return async () => {};
}
