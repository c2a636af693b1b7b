import type { Room } from './byte-budget.ts';
import type { Lease } from './lease.ts';
import type { Parts } from './parts.ts';
import type { Progress } from './progress.ts';

/** How often to look whether the process stops. */
const LOOK_MS = 250;

/** Waits until a message has room, however long that takes, and extends the lease. Returns false if the lease has ended meanwhile. */
export async function waitForRoom(
  room: Room,
  lease: Pick<Lease, 'isLong'>,
  progress: Pick<Progress, 'hold'>,
  { leaseMs, isStopping }: Pick<Parts, 'leaseMs' | 'isStopping'>,
): Promise<boolean> {
  while (!(await room.within(Math.min(LOOK_MS, leaseMs / 4)))) {
    if (isStopping()) return progress.hold({ isLast: true });
    if (!lease.isLong() && !(await progress.hold())) return false;
  }
  return true;
}
