const SHOWN = 40;

/** Formats the value of a parameter for a message: shortened, and quoted if it is text. */
export function quoted(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value);
  return `"${brief(value)}"`;
}

/** Shortens a text that a caller sent. */
export function brief(text: string): string {
  if (text.length <= SHOWN) return text.toWellFormed();
  const characters = [...text.slice(0, 2 * SHOWN + 2).toWellFormed()];
  return characters.length > SHOWN ? `${characters.slice(0, SHOWN).join('')}…` : characters.join('');
}
