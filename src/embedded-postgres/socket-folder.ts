import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';

/** `sun_path` has 108 bytes on Linux and 104 on macOS, including the NUL at its end. */
const MAX_SOCKET_LENGTH = process.platform === 'linux' ? 107 : 103;

/** A path to the folder of a server that is short enough for the path of its socket. Valid until it is disposed. */
export interface SocketFolder extends Disposable {
  path: string;
}

/** Returns the path of the socket in a folder. */
export const socketOf = (folder: string): string => join(folder, '.s.PGSQL.5432');

/**
 * Returns the folder itself if its path is short enough. Otherwise it opens the folder, because Linux gives every open folder a
 * short path. Throws on other systems.
 */
export function openSocketFolder(folder: string): SocketFolder {
  if (Buffer.byteLength(socketOf(folder)) <= MAX_SOCKET_LENGTH) {
    return { path: folder, [Symbol.dispose]: () => {} };
  }
  if (process.platform !== 'linux')
    throw new Error(`DATA_DIR is too long for a socket: ${folder}. Set a shorter one.`);
  const fd = openSync(folder, 'r');
  return { path: `/proc/${process.pid}/fd/${fd}`, [Symbol.dispose]: () => closeSync(fd) };
}
