import { randomInt } from 'node:crypto';

/** The digits of base 62, in byte order, so that texts of the same length sort like their numbers. */
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export const BASE = DIGITS.length;

/** Formats a non-negative whole number with its lowest `length` base-62 digits. */
export function base62(value: number, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest = Math.floor(rest / BASE))
    text = DIGITS[rest % BASE] + text;
  return text;
}

/** Parses a base-62 number. */
export function fromBase62(text: string): number {
  let value = 0;
  for (const digit of text) value = value * BASE + DIGITS.indexOf(digit);
  return value;
}

/** Returns this many random digits. Each has almost 6 bits. */
export const randomBase62 = (length: number): string =>
  Array.from({ length }, () => base62(randomInt(BASE), 1)).join('');
