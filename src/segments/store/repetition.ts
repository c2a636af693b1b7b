/** How many begun matches one character of a text may continue before a search counts as repetitive. */
const MAX_BEGUN = 8;

/**
 * Whether a text repeats its own beginning so often that `LIKE '%text%'` can be slow. LIKE tries each place of a row anew:
 * a row of `aaaa…` holds the beginning of `aaaa…b` at every one of them, and each is compared to its end. How many
 * beginnings can overlap at one character depends on the text that is sought alone: it is the number of its prefixes that
 * end there, one within another (the chain of failure links of Knuth, Morris and Pratt). Takes linear time.
 */
export function isRepetitive(sought: string): boolean {
  if (sought.length <= MAX_BEGUN) return false;
  const text = [...alike(sought)];
  const longest = text.map(() => 0); // length of the longest other prefix that ends here
  const begun = text.map(() => 1); // prefixes that end here
  for (let i = 1, length = 0; i < text.length; i++) {
    while (length > 0 && text[i] !== text[length]) length = longest[length - 1] ?? 0;
    if (text[i] === text[length]) length += 1;
    longest[i] = length;
    begun[i] = length > 0 ? (begun[length - 1] ?? 0) + 1 : 1;
    if ((begun[i] ?? 0) > MAX_BEGUN) return true;
  }
  return false;
}

/**
 * Makes alike whatever a database may take for alike, and more. How it folds case depends on its locale: some take `İ` for
 * `I`, some `ß` for `SS`. To find a text repetitive that is not does no harm.
 */
const alike = (text: string): string =>
  text.normalize('NFKD').toLowerCase().toUpperCase().normalize('NFKD').replaceAll(/\p{M}/gu, '');
