import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { Source } from './source.ts';

/** The idempotency key of an import. */
export interface HeldKey {
  key: string;
  /** Whether an import is continued. */
  isContinued: boolean;
  /** What the user should know about it. */
  notice?: string;
  /** Says how to continue the import if it is not completed. */
  hint: string;
  /** Forgets the key, because the import is complete. */
  forget(): void;
}

interface Options {
  name: string;
  source: Source;
  /** Where it is imported to. */
  into: string;
  /** The key that the user chose. */
  given: string | undefined;
  isNew: boolean;
}

/** How long the gateway knows which lines are done. */
const VALID_MS = 24 * 60 * 60 * 1000;

/** What is kept beside a file. */
const Kept = z.object({
  key: z.string().min(1),
  size: z.number(),
  modified: z.string(),
  into: z.string(),
  started_at: z.iso.datetime(),
});

const SAME_COMMAND = 'The same command continues the import.';

/**
 * Returns the key of an import: the one that was chosen, the one that is kept beside the file, or a new one, which it keeps there. The
 * key is kept before anything is sent. Throws if the kept key cannot be used.
 */
export function holdKey({ name, source, into, given, isNew }: Options): HeldKey {
  if (given !== undefined) return { key: given, isContinued: false, hint: SAME_COMMAND, forget: () => {} };
  const key = randomUUID();
  const { file } = source;
  if (!file) return unkept(key);
  const path = `${name}.import.json`;
  const kept = isNew ? undefined : read(path);
  if (kept) requireUsable(kept, { path, into });
  else if (!keep(path, { key, ...file, into, started_at: new Date().toISOString() })) {
    return {
      ...unkept(key),
      notice: `Cannot write ${path}. To continue this import later, add --key ${key}.`,
    };
  }
  const forget = () => rmSync(path, { force: true });
  if (!kept) return { key, isContinued: false, hint: SAME_COMMAND, forget };
  const hasChanged = kept.size !== file.size || kept.modified !== file.modified;
  const changed = hasChanged
    ? ` ${name} has changed since then: only lines that failed may be different.`
    : '';
  const notice = `Continuing the import of ${kept.started_at}.${changed}`;
  return { key: kept.key, isContinued: true, notice, hint: SAME_COMMAND, forget };
}

/** A key that is not kept, such as in a folder that is read-only. */
const unkept = (key: string): HeldKey => ({
  key,
  isContinued: false,
  hint: `To continue the import, add --key ${key}.`,
  forget: () => {},
});

/** Returns whether it could be written. */
function keep(path: string, kept: z.infer<typeof Kept>): boolean {
  const draft = `${path}.${process.pid}`;
  try {
    writeFileSync(draft, `${JSON.stringify(kept)}\n`, { flush: true });
    renameSync(draft, path);
    return true;
  } catch {
    return false;
  }
}

function read(path: string): z.infer<typeof Kept> | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const { data } = Kept.safeParse(parsed(text));
  if (!data) throw new Error(`${path} is not the file of an import. Delete it, or begin anew with --new.`);
  return data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function requireUsable(kept: z.infer<typeof Kept>, { path, into }: { path: string; into: string }): void {
  if (kept.into !== into)
    throw new Error(
      `${path} is of an import into ${kept.into}. Complete that one, or begin anew with --new.`,
    );
  if (Date.now() - Date.parse(kept.started_at) >= VALID_MS)
    throw new Error(
      `The import of ${kept.started_at} can no longer be continued, because its key has expired: lines without an id that were created would be created again. To begin anew nevertheless, use --new.`,
    );
}
