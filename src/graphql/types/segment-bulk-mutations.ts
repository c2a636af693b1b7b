import { createSegments, deleteSegments, updateSegments } from '../../segments/bulk/resolvers.ts';
import { sizedByInput } from '../limits/field-size.ts';
import { builder } from './builder.ts';
import { INPUT, MUTATION } from './mutation-options.ts';
import { CreateSegmentsInput, DeleteSegmentsInput, UpdateSegmentsInput } from './segment-bulk-inputs.ts';
import { CreateSegmentsResult, DeleteSegmentsResult, UpdateSegmentsResult } from './segment-bulk-results.ts';

const COST = 'Each entry counts as one object.';

/** Both lists of a payload have at most as many items as the input. */
const extensions = sizedByInput({
  argument: 'input',
  list: 'segments',
  sizedFields: ['results', 'segments'],
});

builder.mutationFields((t) => ({
  createSegments: t.field({
    type: CreateSegmentsResult,
    ...MUTATION,
    extensions,
    description: `Creates many segments: all of them or none, or each by itself. ${COST}`,
    args: { input: t.arg({ type: CreateSegmentsInput, required: true, description: INPUT }) },
    resolve: (_, { input }, context) => createSegments.parse(input, context),
  }),
  updateSegments: t.field({
    type: UpdateSegmentsResult,
    ...MUTATION,
    extensions,
    description: `Changes the given fields of many segments: of all of them or none, or of each by itself. Omitted fields keep their values. ${COST}`,
    args: { input: t.arg({ type: UpdateSegmentsInput, required: true, description: INPUT }) },
    resolve: (_, { input }, context) => updateSegments.parse(input, context),
  }),
  deleteSegments: t.field({
    type: DeleteSegmentsResult,
    ...MUTATION,
    extensions,
    description: `Permanently deletes many segments: all of them or none, or each by itself. ${COST}`,
    args: { input: t.arg({ type: DeleteSegmentsInput, required: true, description: INPUT }) },
    resolve: (_, { input }, context) => deleteSegments.parse(input, context),
  }),
}));
