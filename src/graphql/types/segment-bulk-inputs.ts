import { MAX_ENTRIES, MODES } from '../../segments/bulk/entries.ts';
import { builder } from './builder.ts';
import { bulkKeyField, changeInput, deletionInput, draftFields } from './segment-inputs.ts';

const [ALL_OR_NOTHING, EACH_ALONE] = MODES;

const SegmentBulkMode = builder.enumType('SegmentBulkMode', {
  description: 'How the entries of a bulk write are applied.',
  values: {
    [ALL_OR_NOTHING]: { description: 'All entries are applied together, or nothing is changed.' },
    [EACH_ALONE]: {
      description: 'Each entry is applied by itself: if some are refused, the others are still applied.',
    },
  },
});

const SegmentDraft = builder.inputType('SegmentDraft', {
  description: 'A segment to create, as an entry of `createSegments`.',
  fields: draftFields,
});
const SegmentUpdate = changeInput(
  'SegmentUpdate',
  'A segment to change, and its new values, as an entry of `updateSegments`.',
);
const SegmentDeletion = deletionInput(
  'SegmentDeletion',
  'A segment to delete, as an entry of `deleteSegments`.',
);

const MANY = MAX_ENTRIES.toLocaleString('en');
const DISTINCT = 'No two of them can be the same segment.';
const MODE = {
  type: SegmentBulkMode,
  defaultValue: ALL_OR_NOTHING,
  description: 'Whether all entries are applied or none, or each by itself.',
};

export const CreateSegmentsInput = builder.inputType('CreateSegmentsInput', {
  description: 'The segments to create.',
  fields: (t) => ({
    segments: t.field({
      type: [SegmentDraft],
      required: true,
      description: `The segments to create: 1 to ${MANY}.`,
    }),
    mode: t.field(MODE),
    idempotencyKey: bulkKeyField(t),
  }),
});

export const UpdateSegmentsInput = builder.inputType('UpdateSegmentsInput', {
  description: 'The segments to change.',
  fields: (t) => ({
    segments: t.field({
      type: [SegmentUpdate],
      required: true,
      description: `The segments to change: 1 to ${MANY}. ${DISTINCT}`,
    }),
    mode: t.field(MODE),
  }),
});

export const DeleteSegmentsInput = builder.inputType('DeleteSegmentsInput', {
  description: 'The segments to delete.',
  fields: (t) => ({
    segments: t.field({
      type: [SegmentDeletion],
      required: true,
      description: `The segments to delete: 1 to ${MANY}. ${DISTINCT}`,
    }),
    mode: t.field(MODE),
  }),
});
