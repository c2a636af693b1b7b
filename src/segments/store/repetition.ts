/** Max partial matches that can overlap at one character. With more, the text is repetitive. */
const MAX_OVERLAPS = 8;

/**
 * Whether a text repeats its own beginning so often that `LIKE '%text%'` can be slow. LIKE starts again at each position of a row.
 * A row of `aaaa…` contains the beginning of `aaaa…b` at every position, and each of these partial matches is compared to its end.
 * How many can overlap at one character only depends on the text to search for: it is the number of its prefixes that end there
 * (the chain of failure links of Knuth, Morris and Pratt). Takes linear time.
 */
export function isRepetitive(sought: string): boolean {
  if (sought.length <= MAX_OVERLAPS) return false;
  const text = [...alike(sought)];
  const longest = text.map(() => 0); // length of the longest other prefix that ends here
  const overlaps = text.map(() => 1); // prefixes that end here
  for (let i = 1, length = 0; i < text.length; i++) {
    while (length > 0 && text[i] !== text[length]) length = longest[length - 1] ?? 0;
    if (text[i] === text[length]) length += 1;
    longest[i] = length;
    overlaps[i] = length > 0 ? (overlaps[length - 1] ?? 0) + 1 : 1;
    if ((overlaps[i] ?? 0) > MAX_OVERLAPS) return true;
  }
  return false;
}

/**
 * Makes all characters equal that a database may treat as equal, and more. How a database folds case depends on its locale: for
 * some, `İ` is `I`, or `ß` is `SS`. It does no harm if a text is found repetitive that is not.
 */
const alike = (text: string): string =>
  text.normalize('NFKD').toLowerCase().toUpperCase().normalize('NFKD').replaceAll(/\p{M}/gu, '');
