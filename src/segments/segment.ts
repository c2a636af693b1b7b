import { z } from 'zod';
import type { segments } from '../database/tables.ts';
import { quoted } from '../errors/quoted.ts';

/** A named group of an account's customers: its row, without the account. */
export type Segment = Omit<typeof segments.$inferSelect, 'accountId'>;

/** A segment that was just made; or made before, and asked for again. */
export interface Created extends Segment {
  replayed?: boolean;
}

const aString = z.string({
  error: ({ input }) => (input === undefined ? 'is required' : `must be a string, not ${quoted(input)}`),
});

/** Why Postgres can't hold a text, if it can't. */
const unstorable = (value: string): string | null => {
  if (value.includes('\u0000')) return 'must not hold the character U+0000';
  return value.isWellFormed() ? null : 'must be well-formed Unicode, not half of a surrogate pair';
};

/**
 * A string that Postgres can store, `min` to `max` Unicode code points long, as Postgres counts. If `min` is above 0, at
 * least one character must be visible. Takes linear time.
 */
export const text = (min: number, max: number) =>
  aString.check(({ value, issues }) => {
    const message = unstorable(value) ?? misfit(value, min, max);
    if (message) issues.push({ code: 'custom', message, input: value });
  });

/**
 * A character that leaves a mark. Invisible are white space, control and format characters, and what Unicode tells fonts to
 * draw as nothing (fillers, joiners, variation selectors, tags). `\p{Cf}` also holds the number signs and abbreviation
 * marks that stand before other characters (Prepended_Concatenation_Mark, which JavaScript has no name for): those are
 * visible. Two symbols are drawn blank: U+2800 and U+1D159.
 */
const VISIBLE =
  /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}[\p{Cf}--[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]]\u2800\u{1d159}]/v;

function misfit(value: string, min: number, max: number): string | null {
  const rule = `must have ${min} to ${max.toLocaleString('en')} characters`;
  if (value.length > max) {
    const length = [...value].length; // a code point is one or two code units: only a long text need be counted
    if (length > max) return `${rule}, not ${length.toLocaleString('en')}`;
  }
  if (value.length < min) return `${rule}, not ${value.length}`;
  return min > 0 && !VISIBLE.test(value) ? 'must not be blank' : null;
}

/** The length of the longest name, in code points. */
export const MAX_NAME = 255;

/** What a caller may write. A new property goes last: digests of creations hold them in this order. */
const properties = {
  name: text(1, MAX_NAME),
  criteria: text(1, 5_000),
  description: text(0, 5_000),
} satisfies Record<Exclude<keyof Segment, 'id' | 'createdAt' | 'updatedAt' | 'version'>, z.ZodType>;

/** An id of any form: one that can't be a segment's is answered like one that is not there. */
const id = aString;

/** How many segments one call may name by their ids. */
export const MAX_IDS = 1_000;

/** The two long texts of a segment. */
export const LONG_TEXTS = ['criteria', 'description'] as const;

/** Which of them a caller reads. */
export const TEXTS = ['none', ...LONG_TEXTS, 'all'] as const;
export type Texts = (typeof TEXTS)[number];

/** All by default. A text that is not asked for is not fetched: it is undefined in the segments that are returned. */
export const texts = z.enum(TEXTS).optional();

export const GetSegment = z.strictObject({ id, texts });
export const GetSegments = z.strictObject({
  texts,
  ids: z.array(id).max(MAX_IDS, {
    error: ({ input }) =>
      `must have at most ${MAX_IDS.toLocaleString('en')} ids, not ${Array.isArray(input) ? input.length.toLocaleString('en') : 0}`,
  }),
});
/** Under which a creation may be asked for again: 1 to 255 visible characters of ASCII, best a UUID. */
const idempotencyKey = aString
  .regex(/^[\x21-\x7e]{1,255}$/, 'must have 1 to 255 visible characters of ASCII')
  .nullish();
const Draft = z.strictObject(properties);
export const WRITABLE = Draft.keyof().options;
export const CreateSegment = Draft.extend({ idempotencyKey });
const version = z.int32({ error: ({ input }) => `must be a whole number, not ${quoted(input)}` });
/** The version that a change is meant for, or several; any, where it is left out. */
const expectedVersion = z.union([version, z.array(version)]).nullish();
/** Versions that a change is not meant for. */
const excludedVersion = z.array(version).nullish();
const conditions = { expectedVersion, excludedVersion };

export const UpdateSegment = z
  .strictObject(properties)
  .partial()
  .extend({ id, ...conditions })
  .refine(
    (changes) => WRITABLE.some((property) => changes[property] !== undefined),
    `must hold at least one of ${WRITABLE.join(', ')}`,
  );
export const DeleteSegment = z.strictObject({ id, ...conditions });

export type Draft = z.output<typeof Draft>;
export type Changes = z.output<typeof UpdateSegment>;
