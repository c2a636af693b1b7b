import { IdempotencyKeyReused, NotFound, QuotaExceeded, VersionConflict } from '../../errors/refusals.ts';
import { createSegment, deleteSegment, updateSegment } from '../../segments/resolvers.ts';
import { builder } from './builder.ts';
import { Segment } from './segment.ts';
import './segment-error.ts';

const EXPECTED =
  'The `version` that you have read. If the segment has another version by now, nothing is changed and a `SegmentVersionConflict` is returned.';

const CreateSegmentInput = builder.inputType('CreateSegmentInput', {
  description: 'A segment to create.',
  fields: (t) => ({
    name: t.string({ required: true, description: '1 to 255 characters: `High Spend Customers`.' }),
    criteria: t.string({
      required: true,
      description: '1 to 5,000 characters: `Customers who spend more than $1000 per month`.',
    }),
    description: t.string({ required: true, description: 'Up to 5,000 characters; can be empty.' }),
    idempotencyKey: t.string({
      description:
        'Makes it safe to retry: for 24 hours, requests with the same key and input create only one segment. 1 to 255 visible ASCII characters, preferably a UUID.',
    }),
  }),
});

const UpdateSegmentInput = builder.inputType('UpdateSegmentInput', {
  description:
    'The segment to change, and its new values. Set at least one of `name`, `criteria` and `description`; the others stay as they are.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'Id of the segment: `xgQQXg3hrtjh7AvZ`.' }),
    name: t.string({ description: 'The new name: 1 to 255 characters.' }),
    criteria: t.string({ description: 'The new criteria: 1 to 5,000 characters.' }),
    description: t.string({ description: 'The new description: up to 5,000 characters; can be empty.' }),
    expectedVersion: t.int({ description: EXPECTED }),
  }),
});

const DeleteSegmentInput = builder.inputType('DeleteSegmentInput', {
  description: 'The segment to delete.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'Id of the segment: `xgQQXg3hrtjh7AvZ`.' }),
    expectedVersion: t.int({ description: EXPECTED }),
  }),
});

/** What a mutation gives: its payload, or one of the refusals that a caller may expect of it. */
const result = (did: string, shown: string) => ({
  union: { description: `The segment that was ${did}, or the reason why it was not.` },
  result: { description: `The segment was ${did}.` },
  dataField: { name: 'segment', description: shown } as const,
});

const INPUT = 'What to do.';

/** By this tag, a contract of a larger graph can leave out all that changes something. */
const directives = { tag: { name: 'write' } };

/** Of several in one operation, one that fails takes nothing from the answers of those that were made before it. */
const nullable = true;

builder.mutationFields((t) => ({
  createSegment: t.field({
    type: Segment,
    nullable,
    description: 'Creates a segment.',
    directives,
    args: { input: t.arg({ type: CreateSegmentInput, required: true, description: INPUT }) },
    errors: { types: [IdempotencyKeyReused, QuotaExceeded], ...result('created', 'The new segment.') },
    resolve: (_, { input }, context) => createSegment(input, context),
  }),
  updateSegment: t.field({
    type: Segment,
    nullable,
    description: 'Changes a segment. Properties that are omitted stay as they are.',
    directives,
    args: { input: t.arg({ type: UpdateSegmentInput, required: true, description: INPUT }) },
    errors: { types: [NotFound, VersionConflict], ...result('changed', 'The segment after the change.') },
    // GraphQL lets a nullable field be null. The resolver says which ones may not.
    resolve: (_, { input }, context) => updateSegment.parse(input, context),
  }),
  deleteSegment: t.field({
    type: Segment,
    nullable,
    description: 'Permanently deletes a segment.',
    directives,
    args: { input: t.arg({ type: DeleteSegmentInput, required: true, description: INPUT }) },
    errors: {
      types: [NotFound, VersionConflict],
      ...result('deleted', 'The segment as it was before it was deleted.'),
    },
    resolve: (_, { input }, context) => deleteSegment(input, context),
  }),
}));
