import type { IncomingHttpHeaders } from 'node:http';
import { ANY, entityTagsOf } from '../http/entity-tags.ts';
import type { Segment } from '../segments/segment.ts';

/** The versions that a header names, or all of them. */
type Versions = ReadonlySet<number> | typeof ANY;

/**
 * The preconditions of a request (RFC 9110, section 13.1). `If-Modified-Since` and `If-Unmodified-Since` are not among
 * them: they are ignored for a resource that has no modification date to compare.
 */
export interface Preconditions {
  ifMatch?: Versions | undefined;
  ifNoneMatch?: Versions | undefined;
}

const MAX_VERSION = 2 ** 31 - 1;

/** A segment's version as an entity tag (RFC 9110, section 8.8.3): a strong one, `"3"`. */
export const entityTag = ({ version }: Segment): string => `"${version}"`;

/** Reads the preconditions of a request. Throws INVALID_INPUT. */
export function preconditionsOf(headers: IncomingHttpHeaders): Preconditions {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers;
  if (ifMatch === undefined && ifNoneMatch === undefined) return NONE;
  return {
    // A weak tag matches nothing in If-Match, and what it says in If-None-Match (sections 13.1.1 and 13.1.2).
    ifMatch: ifMatch === undefined ? undefined : versionsOf('If-Match', ifMatch, { weak: false }),
    ifNoneMatch:
      ifNoneMatch === undefined ? undefined : versionsOf('If-None-Match', ifNoneMatch, { weak: true }),
  };
}

const NONE: Preconditions = {};

/** A tag that was never given out names no version. */
function versionsOf(name: string, header: string, { weak }: { weak: boolean }): Versions {
  const tags = entityTagsOf(name, header);
  if (tags === ANY) return ANY;
  const versions = tags
    .filter(({ opaque, isWeak }) => /^[1-9]\d{0,9}$/.test(opaque) && (weak || !isWeak))
    .map(({ opaque }) => Number(opaque))
    .filter((version) => version <= MAX_VERSION);
  return new Set(versions);
}

/** What follows from preconditions: go on; the caller has it already (304 for a read, otherwise 412); or 412. */
export type Verdict = 'proceed' | 'known' | 'failed';

/**
 * Evaluates preconditions for what exists at a version, in the order of RFC 9110, section 13.2.2. Without a version it
 * exists and has no entity tag, so that only `*` matches it.
 */
export function evaluate({ ifMatch, ifNoneMatch }: Preconditions, version?: number): Verdict {
  if (ifMatch !== undefined && !matches(ifMatch, version)) return 'failed';
  return ifNoneMatch !== undefined && matches(ifNoneMatch, version) ? 'known' : 'proceed';
}

const matches = (versions: Versions, version: number | undefined): boolean =>
  versions === ANY || (version !== undefined && versions.has(version));

/**
 * The same preconditions as input of a write, whose statement compares versions while it holds the row: no other write
 * can come between. `If-None-Match: *` expects a segment that exists to be at no version at all.
 */
export function expectationOf({ ifMatch, ifNoneMatch }: Preconditions) {
  return {
    expectedVersion: ifNoneMatch === ANY ? [] : listOf(ifMatch),
    excludedVersion: listOf(ifNoneMatch),
  };
}

const listOf = (versions: Versions | undefined): number[] | undefined =>
  versions === undefined || versions === ANY ? undefined : [...versions];
