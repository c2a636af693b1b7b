import type { IncomingHttpHeaders } from 'node:http';
import { Refusal } from '../errors/refusals.ts';
import { ANY, entityTagsOf } from '../http/entity-tags.ts';
import type { Segment } from '../segments/segment.ts';
import { type Answer, notModified } from './answer.ts';

/** The versions that a header lists, or any version. */
type Versions = ReadonlySet<number> | typeof ANY;

/**
 * The preconditions of a request (RFC 9110, section 13.1). `If-Modified-Since` and `If-Unmodified-Since` are ignored,
 * because the resources have no `Last-Modified` to compare with.
 */
export interface Preconditions {
  ifMatch?: Versions | undefined;
  ifNoneMatch?: Versions | undefined;
}

const MAX_VERSION = 2 ** 31 - 1;

/** The version of a segment as a strong entity tag such as `"3"` (RFC 9110, section 8.8.3). */
export const entityTag = ({ version }: Segment): string => `"${version}"`;

/** Reads the preconditions of a request. Throws INVALID_INPUT. */
export function preconditionsOf(headers: IncomingHttpHeaders): Preconditions {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers;
  if (ifMatch === undefined && ifNoneMatch === undefined) return NONE;
  return {
    // A weak tag matches nothing in If-Match, and is compared like a strong one in If-None-Match (sections 13.1.1, 13.1.2).
    ifMatch: ifMatch === undefined ? undefined : versionsOf('If-Match', ifMatch, { weak: false }),
    ifNoneMatch:
      ifNoneMatch === undefined ? undefined : versionsOf('If-None-Match', ifNoneMatch, { weak: true }),
  };
}

const NONE: Preconditions = {};

/** Returns the versions in a header. Tags that the gateway never sends are ignored, because they match no version. */
function versionsOf(name: string, header: string, { weak }: { weak: boolean }): Versions {
  const tags = entityTagsOf(name, header);
  if (tags === ANY) return ANY;
  const versions = tags
    .filter(({ opaque, isWeak }) => /^[1-9]\d{0,9}$/.test(opaque) && (weak || !isWeak))
    .map(({ opaque }) => Number(opaque))
    .filter((version) => version <= MAX_VERSION);
  return new Set(versions);
}

/** The result of preconditions. `known`: the caller has this version (304 for a read, otherwise 412). `failed`: 412. */
export type Verdict = 'proceed' | 'known' | 'failed';

/**
 * Evaluates preconditions for an existing resource at a version, in the order of RFC 9110, section 13.2.2. A resource
 * without a version has no entity tag, so only `*` matches it.
 */
export function evaluate({ ifMatch, ifNoneMatch }: Preconditions, version?: number): Verdict {
  if (ifMatch !== undefined && !matches(ifMatch, version)) return 'failed';
  return ifNoneMatch !== undefined && matches(ifNoneMatch, version) ? 'known' : 'proceed';
}

const matches = (versions: Versions, version: number | undefined): boolean =>
  versions === ANY || (version !== undefined && versions.has(version));

/** Returns the answer to a read of something that has no entity tag, if its preconditions allow it. Only `*` matches such a thing. */
export function untagged(
  headers: IncomingHttpHeaders,
  what: string,
  answer: Partial<Answer>,
): Partial<Answer> {
  const verdict = evaluate(preconditionsOf(headers));
  if (verdict === 'failed') throw noTag(what);
  return verdict === 'known' ? notModified(answer.headers) : answer;
}

/** Something exists and has no entity tag, so only `*` matches it. */
export const noTag = (what: string) =>
  new Refusal(
    'PRECONDITION_FAILED',
    `The precondition failed: the ${what} exists and has no entity tag. Nothing was changed.`,
  );

/**
 * Converts preconditions to the input of a write. The statement of the write compares the versions while it locks the row,
 * so no other write can intervene. `If-None-Match: *` fails for any existing segment, so no version is expected.
 */
export function expectationOf({ ifMatch, ifNoneMatch }: Preconditions) {
  return {
    expectedVersion: ifNoneMatch === ANY ? [] : listOf(ifMatch),
    excludedVersion: listOf(ifNoneMatch),
  };
}

const listOf = (versions: Versions | undefined): number[] | undefined =>
  versions === undefined || versions === ANY ? undefined : [...versions];
