import { setTimeout as sleep } from 'node:timers/promises';
import type { Binaries } from './binaries.ts';
import { type Launched, launch } from './launch.ts';
import { isUp } from './postmaster.ts';
import type { ServerUser } from './server-user.ts';

const START_MS = 60_000;
const POLL_MS = 10;

/** What a server is started on, and as whom. */
export interface Start {
  folder: string;
  binaries: Binaries;
  user: ServerUser;
  settings: string[];
  signal: AbortSignal;
}

/** Gives the server that it launched, and null if one runs already. Throws if it does not start within a minute. */
export async function ensureRunning({
  folder,
  binaries,
  user,
  settings,
  signal,
}: Start): Promise<Launched | null> {
  const deadline = performance.now() + START_MS;
  while (!(await isUp(folder))) {
    const launched = launch(folder, binaries.postgres, user, settings);
    while (!launched.hasExited() && !(await isUp(folder))) {
      if (signal.aborted || performance.now() > deadline) {
        await launched.stop();
        signal.throwIfAborted();
        throw notStarted(folder, launched);
      }
      await sleep(POLL_MS);
    }
    if (!launched.hasExited()) return launched;
    if (await isUp(folder)) return null;
    signal.throwIfAborted();
    // A killed server that is not yet reaped, or another gateway's that is starting, still holds the folder.
    const isHeld = HELD.some((words) => launched.said().includes(words));
    if (!isHeld || performance.now() > deadline) throw notStarted(folder, launched);
    await sleep(POLL_MS * 10);
  }
  return null;
}

/** What Postgres says of a folder that another server holds. */
const HELD = ['postmaster.pid" already exists', 'shared memory block'];

const notStarted = (folder: string, { said }: Launched) =>
  new Error(`The embedded Postgres did not start in ${folder}:\n${said().trim()}`);
