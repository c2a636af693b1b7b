import type { NoteChange } from '../store/import/note.ts';
import type { SegmentStore } from '../store.ts';
import { type Note, noteText, readNote } from './note.ts';

/** A note as it was last seen in the database. */
export interface KeptNote {
  /** Returns the lines that are done. Reads the note if it is not known. */
  done(): Promise<Note>;
  /** Returns the change that adds lines to the note as it was last seen. */
  with(lines: Note): NoteChange;
  /** Called once a change has been written. */
  written(change: NoteChange): void;
  /** Forgets what was seen, because the note may have changed. */
  forget(): void;
}

/**
 * Keeps the note of 500 lines of an import. It has an idempotency key of its own, which no caller can use, because a caller's key
 * contains no space.
 */
export function keptNote(
  { imports }: SegmentStore,
  { accountId, idempotencyKey, number }: { accountId: string; idempotencyKey: string; number: number },
): KeptNote {
  const key = { accountId, idempotencyKey: `${idempotencyKey} import ${String(number).padStart(6, '0')}` };
  let text: string | null | undefined;
  let done: Note = new Map();
  const see = (seen: string | null) => {
    text = seen;
    done = readNote(seen ?? '');
  };

  return {
    async done() {
      if (text === undefined) see(await imports.findNote(key));
      return done;
    },
    with: (lines) => ({ ...key, before: text ?? null, after: noteText(new Map([...done, ...lines])) }),
    written: ({ after }) => see(after),
    forget() {
      text = undefined;
    },
  };
}
