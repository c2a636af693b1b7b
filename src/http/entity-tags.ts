import { InvalidInput } from '../errors/invalid-input.ts';
import { quoted } from '../errors/quoted.ts';

/** What stands between the quotation marks of an entity tag, and whether it is a weak one (RFC 9110, section 8.8.3). */
export interface EntityTag {
  opaque: string;
  isWeak: boolean;
}

/** Any entity tag. */
export const ANY = '*';

/** One element of a list, with its comma or at the end. An element may be empty (RFC 9110, section 5.6.1). */
const ELEMENT = /[ \t]*(?:(W\/)?"([^"]*)"[ \t]*)?(?:,|$)/y;

/**
 * The entity tags of `If-Match` or `If-None-Match`, or `*`. Empty elements are ignored; a list of nothing else can only be a
 * mistake. Throws INVALID_INPUT, which names the header. Linear in its length.
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
