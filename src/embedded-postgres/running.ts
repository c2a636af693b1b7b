import { setTimeout as sleep } from 'node:timers/promises';
import type { Binaries } from './binaries.ts';
import { type Launched, launch } from './launch.ts';
import { isUp } from './postmaster.ts';
import type { ServerUser } from './server-user.ts';

const START_MS = 60_000;
const POLL_MS = 10;

/** How to start a server. */
export interface Start {
  folder: string;
  binaries: Binaries;
  user: ServerUser;
  settings: string[];
  signal: AbortSignal;
}

/** Starts a server, unless one is running. Returns what it launched, or null. Throws if it does not start within a minute. */
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
    // A killed server that was not reaped yet, or a starting one of another gateway, still holds the folder.
    const isHeld = HELD.some((words) => launched.output().includes(words));
    if (!isHeld || performance.now() > deadline) throw notStarted(folder, launched);
    await sleep(POLL_MS * 10);
  }
  return null;
}

/** How Postgres reports that another server holds the folder. */
const HELD = ['postmaster.pid" already exists', 'shared memory block'];

const notStarted = (folder: string, { output }: Launched) =>
  new Error(`The embedded Postgres did not start in ${folder}:\n${output().trim()}`);
