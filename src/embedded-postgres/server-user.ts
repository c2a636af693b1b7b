import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { WrongConfig } from '../wrong-config.ts';
import { writeOnce } from './folder.ts';

/** The user and group that Postgres runs as. Undefined means the user of this process, which is not root. */
export type ServerUser = { uid: number; gid: number } | undefined;

export const isRoot = process.getuid?.() === 0;

/** The user `nobody`, whom earlier versions used. Other programs may run as the same user. */
const NOBODY = 65_534;
/** The id of `nobody` on macOS. */
const NOBODY_OF_MAC = 4_294_967_294;
const isShared = (uid: number) => uid === 0 || uid === NOBODY || uid === NOBODY_OF_MAC;

/**
 * Ranges of user ids that are not assigned by login.defs (users, subordinate ids up to 600,100,000), systemd
 * (https://systemd.io/UIDS-GIDS), sssd or FreeIPA (both up to 2,000,200,000). The second range is for user namespaces, which often
 * have 65,536 ids.
 */
const UNUSED: [number, number][] = [
  [2_000_300_000, 2_147_300_000],
  [60_706, 61_183],
];

/**
 * Returns the user of a cluster: its owner, unless that is root or `nobody`. Otherwise, it is a user id that belongs to no account
 * and no process. The first start chooses it and stores it next to the cluster, so that simultaneous starts agree. It needs no
 * entry in /etc/passwd. Throws WrongConfig if this root is not allowed to run programs as another user.
 */
export function serverUser(folder: string): ServerUser {
  if (!isRoot) return undefined;
  requireRights();
  const owner = statSync(folder, { throwIfNoEntry: false });
  if (owner && !isShared(owner.uid)) return { uid: owner.uid, gid: owner.gid || owner.uid };
  const uid = Number(writeOnce(`${folder}.uid`, () => `${unusedUid()}\n`));
  if (Number.isInteger(uid) && uid > 0) return { uid, gid: uid };
  throw new Error(
    `${folder}.uid must contain the id of a user, and contains something else. Delete it, and start again.`,
  );
}

/**
 * Returns the account that initdb runs as, because initdb requires a user name and the server's user has none. It is a system
 * account that has no process now, so that nobody can interfere. The cluster is given to the server's user afterwards.
 */
export function initdbUser(): ServerUser {
  if (!isRoot) return undefined;
  const running = runningUids();
  const free = accounts().filter(({ uid }) => uid !== 0 && !running.has(uid));
  const [best] = free.sort((a, b) => rankOf(a) - rankOf(b));
  if (best) return { uid: best.uid, gid: best.uid };
  throw new WrongConfig(`No account in /etc/passwd is free to create a database. ${INSTEAD}`);
}

const INSTEAD =
  'The embedded Postgres cannot run as root: start the gateway as another user, or set DATABASE_URL.';

/** Capabilities (capabilities(7)) and their bits: to become another user, and to manage its folder and processes. */
const RIGHTS = { CAP_CHOWN: 0, CAP_DAC_OVERRIDE: 1, CAP_KILL: 5, CAP_SETGID: 6, CAP_SETUID: 7 };

function requireRights(): void {
  const [, effective] = /^CapEff:\s*([0-9a-f]+)$/m.exec(contentOf('/proc/self/status')) ?? [];
  if (effective === undefined) return;
  const bits = BigInt(`0x${effective}`);
  const missing = Object.entries(RIGHTS).filter(([, bit]) => !((bits >> BigInt(bit)) & 1n));
  if (missing.length === 0) return;
  throw new WrongConfig(
    `This process is root without ${missing.map(([name]) => name).join(', ')}. ${INSTEAD}`,
  );
}

function unusedUid(): number {
  const taken = new Set([...runningUids(), ...accounts().map(({ uid }) => uid)]);
  const range = UNUSED.find((each) => isMapped('uid', each) && isMapped('gid', each));
  if (!range) throw new WrongConfig(`This user namespace has no unused user. ${INSTEAD}`);
  for (;;) {
    const uid = randomInt(...range);
    if (!taken.has(uid)) return uid;
  }
}

/** Whether a range of ids exists in this user namespace (user_namespaces(7)). */
function isMapped(kind: 'uid' | 'gid', [first, last]: [number, number]): boolean {
  const lines = contentOf(`/proc/self/${kind}_map`).trim();
  if (lines === '') return true;
  return lines.split('\n').some((line) => {
    const [start = 0, , count = 0] = line.trim().split(/\s+/).map(Number);
    return start <= first && last < start + count;
  });
}

/** Accounts that run nothing on common systems. They are preferred; those of people and `nobody` come last. */
const IDLE = ['sys', 'bin', 'games', '_postgres'];

function rankOf({ name, uid }: { name: string; uid: number }): number {
  if (IDLE.includes(name)) return 0;
  return uid < 1_000 ? 1 : isShared(uid) ? 3 : 2;
}

function accounts(): { name: string; uid: number }[] {
  const lines = contentOf('/etc/passwd').split('\n');
  return lines.flatMap((line) => {
    const [name = '', , uid = ''] = line.split(':');
    return /^\d+$/.test(uid) ? [{ name, uid: Number(uid) }] : [];
  });
}

/** The user ids of all processes: real, effective, saved and of the file system. */
function runningUids(): Set<number> {
  const numbers = existsSync('/proc/self/status')
    ? readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .flatMap(
          (pid) =>
            /^Uid:(.*)$/m
              .exec(contentOf(`/proc/${pid}/status`))?.[1]
              ?.trim()
              .split(/\s+/) ?? [],
        )
    : execFileSync('ps', ['-A', '-o', 'uid=,ruid=,svuid=']).toString().trim().split(/\s+/);
  return new Set(numbers.map(Number));
}

/** Returns the content of a file; empty if it cannot be read, for example because a process has ended. */
function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
