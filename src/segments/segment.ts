import { z } from 'zod';
import type { segments } from '../database/tables/segments.ts';
import { quoted } from '../errors/quoted.ts';
import { NotFound } from '../errors/refusals.ts';
import { aString, text } from '../values/text.ts';

/** A named group of an account's customers: its row, without the account. */
export type Segment = Omit<typeof segments.$inferSelect, 'accountId'>;

/** A segment that was just created, or that the same request created before (`replayed`). */
export interface Created extends Segment {
  replayed?: boolean;
}

/** The length of the longest name, in code points. */
export const MAX_NAME = 255;

/** The length of the longest criteria and the longest description, in code points. */
export const MAX_TEXT = 5_000;

/** The properties that a caller can write. Add new ones at the end, because digests of creations contain them in this order. */
export const properties = {
  name: text(1, MAX_NAME).meta({
    description: 'Name, 1 to 255 characters. Names need not be unique.',
    examples: ['High Spend Customers'],
  }),
  criteria: text(1, MAX_TEXT).meta({
    description:
      'Which customers belong to the segment: 1 to 5,000 characters of free text, stored exactly as sent.',
    examples: ['Customers who spend more than $1000 per month'],
  }),
  description: text(0, MAX_TEXT).meta({
    description: 'Purpose of the segment, up to 5,000 characters. Can be empty.',
    examples: ['Our best customers'],
  }),
} satisfies Record<Exclude<keyof Segment, 'id' | 'createdAt' | 'updatedAt' | 'version'>, z.ZodType>;

/** An id of any form. A malformed one is treated like one that does not exist. */
const id = aString;

/** Max ids in one call. */
export const MAX_IDS = 1_000;

/** The two long texts of a segment. */
export const LONG_TEXTS = ['criteria', 'description'] as const;

/** The long texts that a caller reads. */
export const TEXTS = ['none', ...LONG_TEXTS, 'all'] as const;
export type Texts = (typeof TEXTS)[number];

/** All by default. Other texts are not fetched, and are undefined in the segments that are returned. */
export const texts = z.enum(TEXTS).optional();

export const GetSegment = z.strictObject({ id, texts });
export const GetSegments = z.strictObject({
  texts,
  ids: z.array(id).max(MAX_IDS, {
    error: ({ input }) =>
      `must have at most ${MAX_IDS.toLocaleString('en')} ids, not ${Array.isArray(input) ? input.length.toLocaleString('en') : 0}`,
  }),
});
/** The key under which a creation can be retried, preferably a UUID. */
export const idempotencyKey = aString
  .regex(/^[\x21-\x7e]{1,255}$/, 'must have 1 to 255 visible ASCII characters')
  .nullish();
export const Draft = z.strictObject(properties);
export const WRITABLE = Draft.keyof().options;
export const CreateSegment = Draft.extend({ idempotencyKey });
const version = z.int32({ error: ({ input }) => `must be a whole number, not ${quoted(input)}` });
/** The version, or versions, at which a change is applied; any version if it is omitted. */
const expectedVersion = z.union([version, z.array(version)]).nullish();
/** Versions at which a change is not applied. */
const excludedVersion = z.array(version).nullish();
const conditions = { expectedVersion, excludedVersion };

export const UpdateSegment = z
  .strictObject(properties)
  .partial()
  .extend({ id, ...conditions })
  .refine(
    (changes) => WRITABLE.some((property) => changes[property] !== undefined),
    `must include at least one of ${WRITABLE.join(', ')}`,
  );
export const DeleteSegment = z.strictObject({ id, ...conditions });

export type Draft = z.output<typeof Draft>;
export type Changes = z.output<typeof UpdateSegment>;
export type Removal = z.output<typeof DeleteSegment>;

/** Returns a segment that was found. Throws NOT_FOUND if it is null. */
export function found(segment: Segment | null, id: string): Segment {
  if (segment) return segment;
  throw new NotFound('segment', id);
}
