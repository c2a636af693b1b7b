import { InvalidInput } from '../errors.ts';
import type { Segment } from '../segments/segment.ts';

const LIST = /^\s*(?:W\/)?"[^"]*"\s*(?:,\s*(?:W\/)?"[^"]*"\s*)*$/;
const TAG = /(W\/)?"([^"]*)"/g;
const ANY = '*';
/** No segment is ever at this version: what a tag that was never ours stands for. */
const NEVER = 0;

/** A segment's version as an entity tag (RFC 9110, 8.8.3): a strong one, `"3"`. */
export const entityTag = ({ version }: Segment): string => `"${version}"`;

/** The versions that `If-Match` names; undefined where any will do. A weak tag matches none. Throws INVALID_INPUT. */
export function expectedVersions(ifMatch: string | undefined): number[] | undefined {
  if (ifMatch === undefined || ifMatch.trim() === ANY) return undefined;
  return tagsOf('If-Match', ifMatch).map(([, weak, tag = '']) => (weak ? NEVER : versionOf(tag)));
}

/** Whether the caller has this segment as it is, by `If-None-Match`. Throws INVALID_INPUT. */
export function isKnown(ifNoneMatch: string | undefined, { version }: Segment): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === ANY) return true;
  return tagsOf('If-None-Match', ifNoneMatch).some(([, , tag = '']) => versionOf(tag) === version);
}

function tagsOf(param: string, header: string): RegExpExecArray[] {
  if (LIST.test(header)) return [...header.matchAll(TAG)];
  throw new InvalidInput([{ param, message: 'must be entity tags, such as "3", or *' }]);
}

const versionOf = (tag: string): number => (/^[1-9]\d{0,8}$/.test(tag) ? Number(tag) : NEVER);
