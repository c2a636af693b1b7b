import { z } from 'zod';
import { quoted } from '../errors/quoted.ts';

/** A string of any length. */
export const aString = z.string({
  error: ({ input }) => (input === undefined ? 'is required' : `must be a string, not ${quoted(input)}`),
});

/** Returns why Postgres cannot store a text; null if it can. */
const unstorable = (value: string): string | null => {
  if (value.includes('\u0000')) return 'must not contain the character U+0000';
  return value.isWellFormed() ? null : 'must be well-formed Unicode, not half of a surrogate pair';
};

/**
 * A string that Postgres can store, `min` to `max` Unicode code points long, as Postgres counts. If `min` is above 0, at
 * least one character must be visible. Takes linear time.
 */
export function text(min: number, max: number) {
  // Composed once, because formatting a number takes longer than checking a text.
  const length = { min, max, rule: `must have ${min} to ${max.toLocaleString('en')} characters` };
  return aString
    .check(({ value, issues }) => {
      const message = unstorable(value) ?? misfit(value, length);
      if (message) issues.push({ code: 'custom', message, input: value });
    })
    .meta({ minLength: min, maxLength: max }); // JSON Schema counts code points too
}

/**
 * Matches a visible character. White space, control and format characters are invisible, and so are characters that fonts do not
 * display (Default_Ignorable_Code_Point: fillers, joiners, variation selectors, tags). Some format characters (`\p{Cf}`) are
 * visible: number signs and abbreviation marks in front of other characters. JavaScript does not support their property,
 * Prepended_Concatenation_Mark, so they are listed. The symbols U+2800 and U+1D159 are blank.
 */
const VISIBLE =
  /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}[\p{Cf}--[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]]\u2800\u{1d159}]/v;

/** The allowed lengths of a text, and the rule that the message for other lengths begins with. */
interface Length {
  min: number;
  max: number;
  rule: string;
}

function misfit(value: string, { min, max, rule }: Length): string | null {
  if (value.length > max) {
    const length = codePointsOf(value); // a code point is one or two code units, so only long texts are counted
    if (length > max) return `${rule}, not ${length.toLocaleString('en')}`;
  }
  if (value.length < min) return `${rule}, not ${value.length}`;
  return min > 0 && !VISIBLE.test(value) ? 'must not be blank' : null;
}

/** Counts the code points of well-formed text without copying it. A surrogate pair is one code point. */
function codePointsOf(value: string): number {
  let count = value.length;
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i);
    if (unit >= 0xdc00 && unit <= 0xdfff) count -= 1;
  }
  return count;
}
