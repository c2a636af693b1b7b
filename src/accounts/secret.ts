/** Placeholders that people forget to replace or copy from examples, in lower case and without punctuation. */
const PLACEHOLDERS = [
  ...['changeme', 'changethis', 'changeit', 'replaceme', 'replacethis', 'replaceit', 'placeholder'],
  ...['password', 'qwertyu', 'qwertzu', 'example', 'tokenhere', 'secrethere', 'keyhere'],
];
const MIN_CHARACTERS = 8;
/** Min different steps from one character to the next. A sequence such as `abcdefgh` has few, however long it is. */
const MIN_STEPS = 8;

/**
 * Returns why a secret is easy to guess; null if it is not. It is if it has fewer than 8 different characters (Django's check of
 * SECRET_KEY requires 5), repeats one piece, has characters in sequence, or contains a placeholder. One in 27 million outputs of
 * `openssl rand -hex 16` has fewer than 8 different characters. Sentences cannot be distinguished from random text.
 */
export function weaknessOf(secret: string): string | null {
  if (new Set(secret).size < MIN_CHARACTERS)
    return `it has fewer than ${MIN_CHARACTERS} different characters`;
  if (repeats(secret)) return 'it repeats itself';
  if (stepsOf(secret).size < MIN_STEPS) return 'its characters follow each other in sequence';
  return isPlaceholder(secret.toLowerCase().replaceAll(/[^a-z0-9]/g, ''))
    ? 'it contains a placeholder'
    : null;
}

/** Whether a text contains a placeholder, or starts like "your secret" or "my token". */
const isPlaceholder = (text: string): boolean =>
  PLACEHOLDERS.some((word) => text.includes(word)) ||
  (/^(your|my)/.test(text) && /token|secret|key/.test(text));

/** Whether a text is one piece that repeats to the end. The last repetition may be incomplete. */
function repeats(text: string): boolean {
  const lengths = Array.from({ length: Math.floor(text.length / 2) }, (_, i) => i + 1);
  return lengths.some((length) => text.startsWith(text.slice(length)));
}

const stepsOf = (text: string): Set<number> =>
  new Set(Array.from({ length: text.length - 1 }, (_, i) => text.charCodeAt(i + 1) - text.charCodeAt(i)));
