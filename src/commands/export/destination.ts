import { createWriteStream, existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { STANDARD } from '../file-format.ts';
import { WrongUsage } from '../wrong-usage.ts';

/** Where an export is written to. */
export interface Destination {
  /** Whether an export that was interrupted can be written again from its beginning. */
  canRepeat: boolean;
  /** Writes everything, or throws. */
  write(chunks: AsyncIterable<Buffer>, signal: AbortSignal): Promise<void>;
}

/**
 * Returns the destination of this name. A file is written under another name beside it, and renamed when it is complete, so that a
 * part of an export is never taken for the whole. Throws WrongUsage if the file exists, unless it can be replaced.
 */
export function openDestination(file: string, { canReplace }: { canReplace: boolean }): Destination {
  if (file === STANDARD) {
    return {
      canRepeat: false,
      write: (chunks, signal) => pipeline(chunks, process.stdout, { end: false, signal }),
    };
  }
  if (!canReplace && existsSync(file)) throw new WrongUsage(`${file} exists. --force replaces it.`);
  const part = `${file}.${process.pid}.part`;
  return {
    canRepeat: true,
    async write(chunks, signal) {
      try {
        await pipeline(chunks, createWriteStream(part, { flush: true }), { signal });
        await rename(part, file);
      } catch (error) {
        await rm(part, { force: true });
        throw error;
      }
    },
  };
}
