import { createSegments, deleteSegments, updateSegments } from '../../segments/bulk/resolvers.ts';
import { sizedByInput } from '../limits/field-size.ts';
import { builder } from './builder.ts';
import { CreateSegmentsInput, DeleteSegmentsInput, UpdateSegmentsInput } from './segment-bulk-inputs.ts';
import { CreateSegmentsResult, DeleteSegmentsResult, UpdateSegmentsResult } from './segment-bulk-results.ts';

const INPUT = 'Input of the mutation.';
const COST = 'Each entry counts as one object.';

/** A contract of a supergraph can exclude all mutations by this tag. */
const directives = { tag: { name: 'write' } };
/** A mutation that fails does not discard the results of those before it. */
const nullable = true;
/** Both lists of a payload have at most as many items as the input. */
const extensions = sizedByInput({
  argument: 'input',
  list: 'segments',
  sizedFields: ['results', 'segments'],
});

builder.mutationFields((t) => ({
  createSegments: t.field({
    type: CreateSegmentsResult,
    nullable,
    directives,
    extensions,
    description: `Creates many segments: all of them or none, or each by itself. ${COST}`,
    args: { input: t.arg({ type: CreateSegmentsInput, required: true, description: INPUT }) },
    resolve: (_, { input }, context) => createSegments.parse(input, context),
  }),
  updateSegments: t.field({
    type: UpdateSegmentsResult,
    nullable,
    directives,
    extensions,
    description: `Changes the given fields of many segments: of all of them or none, or of each by itself. Omitted fields keep their values. ${COST}`,
    args: { input: t.arg({ type: UpdateSegmentsInput, required: true, description: INPUT }) },
    resolve: (_, { input }, context) => updateSegments.parse(input, context),
  }),
  deleteSegments: t.field({
    type: DeleteSegmentsResult,
    nullable,
    directives,
    extensions,
    description: `Permanently deletes many segments: all of them or none, or each by itself. ${COST}`,
    args: { input: t.arg({ type: DeleteSegmentsInput, required: true, description: INPUT }) },
    resolve: (_, { input }, context) => deleteSegments.parse(input, context),
  }),
}));
