import type { Database } from '../../database/connect.ts';
import { findImported } from './import/find.ts';
import { findNote } from './import/note.ts';
import { writeImported } from './import/write.ts';

/** Imports of segments, which have a connection of their own. Each method sends a statement of its own. */
export const importStore = (db: Database) => ({
  find: findImported(db),
  findNote: findNote(db),
  write: writeImported(db),
});
