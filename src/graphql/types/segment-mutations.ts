import { createSegment, deleteSegment, updateSegment } from '../../segments/resolvers.ts';
import { builder } from './builder.ts';
import { CreateSegmentInput, DeleteSegmentInput, UpdateSegmentInput } from './segment-inputs.ts';
import { CreateSegmentResult, DeleteSegmentResult, UpdateSegmentResult } from './segment-results.ts';

const INPUT = 'Input of the mutation.';

/** A contract of a supergraph can exclude all mutations by this tag. */
const directives = { tag: { name: 'write' } };

/** Mutations are nullable, so that one that fails does not discard the results of those before it in the same operation. */
const nullable = true;

builder.mutationFields((t) => ({
  createSegment: t.field({
    type: CreateSegmentResult,
    nullable,
    description: 'Creates a segment.',
    directives,
    args: { input: t.arg({ type: CreateSegmentInput, required: true, description: INPUT }) },
    resolve: (_, { input }, context) => createSegment(input, context),
  }),
  updateSegment: t.field({
    type: UpdateSegmentResult,
    nullable,
    description: 'Changes the given fields of a segment. Omitted fields keep their values.',
    directives,
    args: { input: t.arg({ type: UpdateSegmentInput, required: true, description: INPUT }) },
    // In GraphQL, each optional field can be null. The resolver refuses null where it is not allowed.
    resolve: (_, { input }, context) => updateSegment.parse(input, context),
  }),
  deleteSegment: t.field({
    type: DeleteSegmentResult,
    nullable,
    description: 'Permanently deletes a segment.',
    directives,
    args: { input: t.arg({ type: DeleteSegmentInput, required: true, description: INPUT }) },
    resolve: (_, { input }, context) => deleteSegment(input, context),
  }),
}));
