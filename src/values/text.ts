import { z } from 'zod';
import { quoted } from '../errors/quoted.ts';

/** A string of any length. */
export const aString = z.string({
  error: ({ input }) => (input === undefined ? 'is required' : `must be a string, not ${quoted(input)}`),
});

/** Why Postgres can't hold a text, if it can't. */
const unstorable = (value: string): string | null => {
  if (value.includes('\u0000')) return 'must not contain the character U+0000';
  return value.isWellFormed() ? null : 'must be well-formed Unicode, not half of a surrogate pair';
};

/**
 * A string that Postgres can store, `min` to `max` Unicode code points long, as Postgres counts. If `min` is above 0, at
 * least one character must be visible. Takes linear time.
 */
export const text = (min: number, max: number) =>
  aString
    .check(({ value, issues }) => {
      const message = unstorable(value) ?? misfit(value, min, max);
      if (message) issues.push({ code: 'custom', message, input: value });
    })
    .meta({ minLength: min, maxLength: max }); // JSON Schema counts code points too

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
