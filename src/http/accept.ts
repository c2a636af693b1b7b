import { parse } from 'content-type';
import { LRUCache } from 'lru-cache';
import { isUtf8 } from './media-type.ts';

/** The weight that a list gives to one of the offers. */
export interface Weight {
  /** 0 to 1; 0 where it is refused or not mentioned. */
  q: number;
  /** How exactly it is meant: 0 not at all, 1 by `*`, 2 by `text/*`, 3 by its name. */
  specificity: number;
  /** Where in the list it is meant. */
  position: number;
}

const UNMENTIONED: Weight = { q: 0, specificity: 0, position: Number.POSITIVE_INFINITY };
const COMMA = 44;

/**
 * Weighs each offer by a list such as `Accept` or `Accept-Encoding` (RFC 9110, sections 12.4.2, 12.5.1 and 12.5.3): the
 * most specific element that matches an offer decides, whatever the others say. Offers are in lower case.
 *
 * Where the grammar leaves room, the caller is answered: a weight that is no number counts as none, and a parameter other
 * than `charset` does not keep a media type from matching. Linear in the length of the header, however odd it is.
 */
export function weigh(header: string, offers: readonly string[]): Weight[] {
  const weights = offers.map(() => UNMENTIONED);
  for (let start = 0, position = 0; start < header.length; position++) {
    if (header.charCodeAt(start) === COMMA) {
      start += 1; // an empty element
      continue;
    }
    const { type, parameters, index } = parse(header, { start, comma: true });
    start = index + 1;
    if (!isUtf8(parameters.charset)) continue;
    const q = quality(parameters.q);
    for (const [i, offer] of offers.entries()) {
      const specificity = specificityOf(type, offer);
      const before = weights[i] ?? UNMENTIONED;
      const isBetter = specificity === before.specificity ? q > before.q : specificity > before.specificity;
      if (specificity > 0 && isBetter) weights[i] = { q, specificity, position };
    }
  }
  return weights;
}

function specificityOf(range: string, offer: string): Weight['specificity'] {
  if (range === offer) return 3;
  if (range === '*/*' || range === '*') return 1;
  return range.endsWith('/*') && offer.startsWith(range.slice(0, -1)) ? 2 : 0;
}

function quality(text = '1'): number {
  const q = text === '' ? 1 : Number(text);
  return Number.isNaN(q) ? 1 : Math.min(1, Math.max(0, q));
}

/** Whether the first is wanted rather than the second: by weight, then as the more exactly meant, then as the earlier. */
export function isPreferred(one: Weight, other: Weight): boolean {
  if (one.q !== other.q) return one.q > other.q;
  if (one.specificity !== other.specificity) return one.specificity > other.specificity;
  return one.position < other.position;
}

/** Whether an `Accept-Encoding` header wants gzip rather than the representation as it is. */
export function prefersGzip(header = ''): boolean {
  const [gzip = UNMENTIONED, identity = UNMENTIONED] = weigh(header, ['gzip', 'identity']);
  return gzip.q > 0 && gzip.q >= identity.q;
}

const REMEMBERED = { max: 100, maxSize: 8 * 1024 };

/** The same reading of a header, which remembers its last results by the header's text: a client sends the same each time. */
export function remembered<Result extends object>(read: (header: string) => Result) {
  const known = new LRUCache<string, Result>({
    ...REMEMBERED,
    sizeCalculation: (_, header) => header.length + 1,
  });
  return (header: string): Result => {
    const before = known.get(header);
    if (before !== undefined) return before;
    const result = read(header);
    known.set(header, result);
    return result;
  };
}
