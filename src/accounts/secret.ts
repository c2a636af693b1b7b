/** What people write until they set something better, or copy from examples: in small letters, without punctuation. */
const PLACEHOLDERS = [
  ...['changeme', 'changethis', 'changeit', 'replaceme', 'replacethis', 'replaceit', 'placeholder'],
  ...['password', 'qwertyu', 'qwertzu', 'example', 'tokenhere', 'secrethere', 'keyhere'],
];
const MIN_CHARACTERS = 8;
/** Steps from one character to the next: a counted-up or repeated text has few, however many characters it has. */
const MIN_STEPS = 8;

/**
 * Why a secret is easy to guess, and null where it is not: fewer than 8 different characters (as Django's check of its
 * SECRET_KEY, which wants 5), a piece that repeats to the end, characters in sequence, or a placeholder. What `openssl
 * rand -hex 16` prints has fewer than 8 different characters once in 27 million times. It cannot tell a sentence from chance.
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

/** Whether a text holds a placeholder, or begins as "your secret" or "my token" do. */
const isPlaceholder = (text: string): boolean =>
  PLACEHOLDERS.some((word) => text.includes(word)) ||
  (/^(your|my)/.test(text) && /token|secret|key/.test(text));

/** Whether a text is one piece over and over, of which the last may be cut. */
function repeats(text: string): boolean {
  const lengths = Array.from({ length: Math.floor(text.length / 2) }, (_, i) => i + 1);
  return lengths.some((length) => text.startsWith(text.slice(length)));
}

const stepsOf = (text: string): Set<number> =>
  new Set(Array.from({ length: text.length - 1 }, (_, i) => text.charCodeAt(i + 1) - text.charCodeAt(i)));
