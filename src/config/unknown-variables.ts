import { distance } from 'fastest-levenshtein';
import type { Environment } from './given.ts';
import { SECRETS } from './secrets.ts';
import { Variables } from './variables.ts';

/** A variable that has no effect, and the one that was probably meant. */
export interface UnknownVariable {
  name: string;
  nearest: string;
}

/** Shorter names, such as PORT, are part of too many names of other programs. */
const MIN_LENGTH = 5;
/** Prefixes that people expect, because the program is called so. */
const PREFIX = /^SEGMENTS_(?:GATEWAY_)?/;

/**
 * Returns the variables of the environment that look like misspelt variables of the gateway. Their values are not looked at. Names
 * that other programs use, such as DATABASE_HOST or NPM_TOKEN, must not be among them: a wrong warning is worse than
 * none.
 */
export function unknownVariables(environment: Environment): UnknownVariable[] {
  const all = [...Object.keys(Variables.shape), ...SECRETS.map((name) => `${name}_FILE`)];
  const known = new Set(all);
  const candidates = all.filter((name) => name.length >= MIN_LENGTH);
  return Object.keys(environment)
    .filter((name) => !known.has(name))
    .flatMap((name) => {
      const nearest = candidates.find((candidate) => isMeant(name.toUpperCase(), candidate));
      return nearest === undefined ? [] : [{ name, nearest }];
    });
}

/** Formats an unknown variable for people. */
export const unknownLine = ({ name, nearest }: UnknownVariable): string =>
  `${name} is not a variable of the gateway. Did you mean ${nearest}?`;

/** Whether a name is misspelt, abbreviated or prefixed. */
const isMeant = (name: string, known: string): boolean =>
  isMisspelt(name, known) || isAbbreviated(name, known) || name.replace(PREFIX, '') === known;

/** Whether two names differ by at most two edits, and no word of them by so many that it is another word. */
function isMisspelt(name: string, known: string): boolean {
  if (Math.abs(name.length - known.length) > 2) return false;
  const [words, knownWords] = [name.split('_'), known.split('_')];
  if (words.length !== knownWords.length) return distance(name, known) <= 1;
  return distance(name, known) <= 2 && words.every((word, i) => isSimilar(word, knownWords[i] ?? ''));
}

/** Whether at most a quarter of a word differs, or one letter, or two letters are swapped. */
function isSimilar(word: string, known: string): boolean {
  const isSwap = [...word].toSorted().join('') === [...known].toSorted().join('');
  return distance(word, known) <= (isSwap ? 2 : Math.max(1, Math.floor(known.length / 4)));
}

/** Whether a name is the beginning of another, and more than its first word: JWT_AUD, DATABASE_POOL. */
const isAbbreviated = (name: string, known: string): boolean =>
  /^[A-Z]+_.{3}/.test(name) && known.startsWith(name);
