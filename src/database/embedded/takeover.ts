import { realpathSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { reasonToWait } from '../failure.ts';
import { accessOf, setAccess } from './access.ts';
import { giveTo } from './ownership.ts';
import { ensurePasswords, hasPasswords } from './passwords.ts';
import { isHeld, isUp, previousUrlOf, stopServer } from './postmaster.ts';
import type { ServerUser } from './server-user.ts';
import { takeFolder } from './tenancy.ts';

/** A server that is starting or stopping may take as long. What still holds the folder then is Postgres' own to judge. */
const PATIENCE_MS = 10_000;
const POLL_MS = 50;

/**
 * Makes a cluster ready to be served as this version does it: it belongs to the user that its server runs as, and lets in
 * nobody without a password (at the end of the first start: see `closeAccess`). One that an earlier version made is
 * taken over in place, after a server that was left running on it has stopped. False where a gateway of an earlier
 * version serves it.
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

/** Stops the server of an earlier version that was left behind. False where its gateway is there. */
async function stopPrevious(folder: string): Promise<boolean> {
  const deadline = performance.now() + PATIENCE_MS;
  while (isHeld(folder) && performance.now() < deadline) {
    if (await isUp(folder)) {
      const letGo = await takeFolder(previousUrlOf(folder)).catch(goneMeanwhile);
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
