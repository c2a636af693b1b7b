import { IdempotencyKeyReused, NotFound, QuotaExceeded, VersionConflict } from '../../errors/refusals.ts';
import { createSegment, deleteSegment, updateSegment } from '../../segments/resolvers.ts';
import { builder } from './builder.ts';
import { Segment } from './segment.ts';
import './segment-error.ts';

const EXPECTED =
  'The `version` that you read. If the segment is at another version, nothing is changed and a `SegmentVersionConflict` is returned.';

const CreateSegmentInput = builder.inputType('CreateSegmentInput', {
  description: 'The segment to create.',
  fields: (t) => ({
    name: t.string({
      required: true,
      description: 'Name, 1 to 255 characters, such as `High Spend Customers`.',
    }),
    criteria: t.string({
      required: true,
      description:
        'Which customers belong to the segment, 1 to 5,000 characters, such as `Customers who spend more than $1000 per month`.',
    }),
    description: t.string({
      required: true,
      description: 'Purpose of the segment, up to 5,000 characters. Can be empty.',
    }),
    idempotencyKey: t.string({
      description:
        'Makes a retry safe: for 24 hours, requests with the same key and the same input create only one segment. 1 to 255 visible ASCII characters, preferably a UUID.',
    }),
  }),
});

const UpdateSegmentInput = builder.inputType('UpdateSegmentInput', {
  description:
    'The segment to change, and its new values. At least one of `name`, `criteria` and `description` is required. Omitted fields keep their values.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'Id of the segment, such as `xgQQXg3hrtjh7AvZ`.' }),
    name: t.string({ description: 'New name, 1 to 255 characters.' }),
    criteria: t.string({ description: 'New criteria, 1 to 5,000 characters.' }),
    description: t.string({ description: 'New description, up to 5,000 characters. Can be empty.' }),
    expectedVersion: t.int({ description: EXPECTED }),
  }),
});

const DeleteSegmentInput = builder.inputType('DeleteSegmentInput', {
  description: 'The segment to delete.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'Id of the segment, such as `xgQQXg3hrtjh7AvZ`.' }),
    expectedVersion: t.int({ description: EXPECTED }),
  }),
});

/** Describes the result of a mutation, which is a payload or an expected refusal. */
const result = (did: string, shown: string) => ({
  union: { description: `The ${did} segment, or the reason why it was not ${did}.` },
  result: { description: `The segment was ${did}.` },
  dataField: { name: 'segment', description: shown } as const,
});

const INPUT = 'Input of the mutation.';

/** A contract of a supergraph can exclude all mutations by this tag. */
const directives = { tag: { name: 'write' } };

/** Mutations are nullable, so that one that fails does not discard the results of those before it in the same operation. */
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
    description: 'Changes the given fields of a segment. Omitted fields keep their values.',
    directives,
    args: { input: t.arg({ type: UpdateSegmentInput, required: true, description: INPUT }) },
    errors: { types: [NotFound, VersionConflict], ...result('changed', 'The segment after the change.') },
    // In GraphQL, each optional field can be null. The resolver refuses null where it is not allowed.
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
      ...result('deleted', 'The segment as it was before the deletion.'),
    },
    resolve: (_, { input }, context) => deleteSegment(input, context),
  }),
}));
