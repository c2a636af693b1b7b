/** The digits of base 62, in byte order: texts of one length sort as the numbers they stand for. */
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export const BASE = DIGITS.length;

/** The lowest `length` base-62 digits of a whole number that is not negative. */
export function base62(value: number, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest = Math.floor(rest / BASE))
    text = DIGITS[rest % BASE] + text;
  return text;
}

/** The number that base-62 digits stand for. */
export function fromBase62(text: string): number {
  let value = 0;
  for (const digit of text) value = value * BASE + DIGITS.indexOf(digit);
  return value;
}
