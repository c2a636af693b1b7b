import { requestDigest } from '../../idempotency/key.ts';
import type { LineResult } from './file-line.ts';
import type { Line } from './line.ts';

/** How many lines of a file a note covers. They are counted in lines, not in bytes, so that correcting a line moves no other line to another note. */
export const LINES_OF_NOTE = 500;

/** What a line that is done came to. */
export type Done = Exclude<LineResult, { status: 'failed' }>['status'];

/** A line that is done: what it came to, its segment, and a digest of what it had. */
interface DoneLine {
  status: Done;
  id: string;
  digest: string;
}

/** The lines that are done, by their places among the lines of the note. */
export type Note = ReadonlyMap<number, DoneLine>;

const LETTERS = { created: 'c', updated: 'u', unchanged: 'n' } as const satisfies Record<Done, string>;
const STATUSES = new Map<string, Done>(
  Object.entries(LETTERS).map(([status, letter]) => [letter, status as Done]),
); // its keys

/** The length of a digest. It only has to notice that a line was changed, not to withstand an attack. */
const DIGEST = 12;

/** Returns a digest of what a line has, whatever the format of the file. */
export const digestOf = ({ isNew, segment: { id, name, criteria, description } }: Line): string =>
  requestDigest([isNew ? '' : id, name, criteria, description]).slice(0, DIGEST);

/** Writes a note as text: `{place}{letter}{id}{digest}` for each line, with spaces between them. */
export const noteText = (note: Note): string =>
  [...note].map(([place, { status, id, digest }]) => `${place}${LETTERS[status]}${id}${digest}`).join(' ');

const DONE_LINE = /^(\d{1,3})([cun])([0-9A-Za-z]{16})([0-9a-f]{12})$/;

/** Reads the text of a note. */
export function readNote(text: string): Note {
  const lines = text.split(' ').flatMap((part): [number, DoneLine][] => {
    const [, place, letter = '', id = '', digest = ''] = DONE_LINE.exec(part) ?? [];
    const status = STATUSES.get(letter);
    return status ? [[Number(place), { status, id, digest }]] : [];
  });
  return new Map(lines);
}
