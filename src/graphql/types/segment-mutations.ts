import { createSegment, deleteSegment, updateSegment } from '../../segments/resolvers.ts';
import { builder } from './builder.ts';
import { INPUT, MUTATION } from './mutation-options.ts';
import { CreateSegmentInput, DeleteSegmentInput, UpdateSegmentInput } from './segment-inputs.ts';
import { CreateSegmentResult, DeleteSegmentResult, UpdateSegmentResult } from './segment-results.ts';

builder.mutationFields((t) => ({
  createSegment: t.field({
    type: CreateSegmentResult,
    ...MUTATION,
    description: 'Creates a segment.',
    args: { input: t.arg({ type: CreateSegmentInput, required: true, description: INPUT }) },
    resolve: (_, { input }, context) => createSegment(input, context),
  }),
  updateSegment: t.field({
    type: UpdateSegmentResult,
    ...MUTATION,
    description: 'Changes the given fields of a segment. Omitted fields keep their values.',
    args: { input: t.arg({ type: UpdateSegmentInput, required: true, description: INPUT }) },
    // In GraphQL, each optional field can be null. The resolver refuses null where it is not allowed.
    resolve: (_, { input }, context) => updateSegment.parse(input, context),
  }),
  deleteSegment: t.field({
    type: DeleteSegmentResult,
    ...MUTATION,
    description: 'Permanently deletes a segment.',
    args: { input: t.arg({ type: DeleteSegmentInput, required: true, description: INPUT }) },
    resolve: (_, { input }, context) => deleteSegment(input, context),
  }),
}));
