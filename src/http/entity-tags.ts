import { InvalidInput } from '../errors/invalid-input.ts';
import { quoted } from '../errors/quoted.ts';

/** An entity tag (RFC 9110, section 8.8.3): the text between its quotation marks, and whether the tag is weak. */
export interface EntityTag {
  opaque: string;
  isWeak: boolean;
}

/** Matches any entity tag. */
export const ANY = '*';

/** An element of a list, up to its comma or the end of the list. It can be empty (RFC 9110, section 5.6.1). */
const ELEMENT = /[ \t]*(?:(W\/)?"([^"]*)"[ \t]*)?(?:,|$)/y;

/**
 * Reads the entity tags of `If-Match` or `If-None-Match`, or `*`. Empty elements are ignored. Throws INVALID_INPUT for the
 * named header if it is malformed or contains no entity tag. The time is linear in the length of the header.
 */
export function entityTagsOf(name: string, header: string): EntityTag[] | typeof ANY {
  if (header.trim() === ANY) return ANY;
  const tags: EntityTag[] = [];
  ELEMENT.lastIndex = 0;
  while (ELEMENT.lastIndex < header.length) {
    const element = ELEMENT.exec(header);
    if (!element) throw notTags(name, header);
    const [, weak, opaque] = element;
    if (opaque !== undefined) tags.push({ opaque, isWeak: weak !== undefined });
  }
  if (tags.length === 0) throw notTags(name, header);
  return tags;
}

const notTags = (param: string, header: string) =>
  new InvalidInput([
    { param, message: `must be * or a list of entity tags, such as "3", not ${quoted(header)}` },
  ]);
