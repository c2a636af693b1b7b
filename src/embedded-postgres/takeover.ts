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
 * Makes a cluster ready to be served by this version: it belongs to the user that its server runs as, and has passwords
 * (which are required from the end of the first start on: see `closeAccess`). A cluster of an earlier version is converted in
 * place, after a server that was left running on it was stopped. False if a gateway of an earlier version serves it.
 */
export async function takeOver(folder: string, user: ServerUser): Promise<boolean> {
  const isPrevious = accessOf(folder) === 'previous';
  if (isPrevious && !(await stopPrevious(folder))) return false;
  if (user && statSync(folder).uid !== user.uid) giveTo(realpathSync(folder), user); // it may be a link to another disk
  if (!isPrevious && hasPasswords(folder)) return true;
  if (!isPrevious && (await isUp(folder))) throw new Error(LOST);
  ensurePasswords(folder);
  setAccess(folder, 'setup', user);
  return true;
}

const LOST =
  'The file pgpass in DATA_DIR is gone, and with it the passwords of its Postgres, which is running: put it back, or stop that Postgres and start again to set new ones.';

/** Stops a server that an earlier version left running. False if its gateway still runs. */
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
