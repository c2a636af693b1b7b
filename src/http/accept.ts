import { parse } from 'content-type';
import { LRUCache } from 'lru-cache';
import { isUtf8 } from './media-type.ts';

/** The weight that a header gives to one of the offers. */
export interface Weight {
  /** 0 to 1; 0 if the offer is refused or not mentioned. */
  q: number;
  /** How specific the matching element is: 0 for no match, 1 for `*`, 2 for `text/*`, 3 for the name of the offer. */
  specificity: number;
  /** The index of the matching element in the header. */
  position: number;
}

const UNMENTIONED: Weight = { q: 0, specificity: 0, position: Number.POSITIVE_INFINITY };
const COMMA = 44;

/**
 * Weighs offers by a header such as `Accept` or `Accept-Encoding` (RFC 9110, sections 12.4.2, 12.5.1 and 12.5.3). The most
 * specific element that matches an offer determines its weight. Offers are in lower case.
 *
 * Headers are read leniently: a weight that is not a number counts as omitted, and parameters other than `q` and `charset`
 * are ignored. The time is linear in the length of the header, even if it is malformed.
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

/** Whether the first is preferred to the second: by weight, then by specificity, then by position. */
export function isPreferred(one: Weight, other: Weight): boolean {
  if (one.q !== other.q) return one.q > other.q;
  if (one.specificity !== other.specificity) return one.specificity > other.specificity;
  return one.position < other.position;
}

/** Whether an `Accept-Encoding` header accepts gzip, and prefers it to no encoding or accepts both equally. */
export function prefersGzip(header = ''): boolean {
  const [gzip = UNMENTIONED, identity = UNMENTIONED] = weigh(header, ['gzip', 'identity']);
  return gzip.q > 0 && gzip.q >= identity.q;
}

/** Returns a function that tells whether an `Accept` header prefers the first of two media types to the second. */
export function preferring(first: string, second: string): (header?: string) => boolean {
  const preference = remembered((header) => {
    const [one = UNMENTIONED, other = UNMENTIONED] = weigh(header, [first, second]);
    return { isFirst: one.q > 0 && isPreferred(one, other) };
  });
  return (header = '') => preference(header).isFirst;
}

const REMEMBERED = { max: 100, maxSize: 8 * 1024 };

/** Caches the results of a function that reads a header, because a client sends the same header with each request. */
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
