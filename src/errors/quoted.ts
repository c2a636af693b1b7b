const SHOWN = 40;

/** Formats the value of a parameter for a message: shortened, and quoted if it is text. */
export function quoted(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value);
  return `"${brief(value)}"`;
}

/** Shortens a text that a caller sent to 40 characters, or to `max`. */
export function brief(text: string, max = SHOWN): string {
  if (text.length <= max) return text.toWellFormed();
  const characters = [...text.slice(0, 2 * max + 2).toWellFormed()];
  return characters.length > max ? `${characters.slice(0, max).join('')}…` : characters.join('');
}

/** Matches what must not reach a terminal: control characters, invisible characters, and line separators. */
export const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Makes a text safe for a terminal. Callers choose names: control characters in them could rewrite the terminal, and invisible ones
 * reorder what it shows.
 */
export const visible = (text: string): string =>
  text.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
