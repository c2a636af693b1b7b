import { BulkRefused, type EntryFailure } from '../../errors/bulk-refused.ts';
import { InvalidInput } from '../../errors/invalid-input.ts';
import {
  IdempotencyKeyReused,
  NotFound,
  QuotaExceeded,
  Refusal,
  VersionConflict,
} from '../../errors/refusals.ts';
import type { Result } from '../../segments/bulk/each-alone.ts';
import type { Segment as SegmentShape } from '../../segments/segment.ts';
import { maxCharacters } from '../limits/field-size.ts';
import { builder } from './builder.ts';
import { Segment } from './segment.ts';
import { SegmentError } from './segment-error.ts';
import { CreateSegmentResult, DeleteSegmentResult, UpdateSegmentResult } from './segment-results.ts';

const SegmentEntryError = builder.errorUnion('SegmentEntryError', {
  description: 'Why an entry cannot be applied.',
  omitDefaultTypes: true,
  types: [NotFound, VersionConflict],
});

const SegmentEntryFailure = builder.objectRef<EntryFailure>('SegmentEntryFailure').implement({
  description: 'Why an entry of a bulk write cannot be applied.',
  fields: (t) => ({
    index: t.exposeInt('place', { description: 'Index of the entry in `segments`: 0 for the first.' }),
    param: t.string({
      extensions: maxCharacters(50),
      description: 'The entry as it is named in `issues`, such as `segments.17`.',
      resolve: ({ place }) => `segments.${place}`,
    }),
    error: t.field({
      type: SegmentEntryError,
      description: 'What is wrong: the error that the mutation of a single segment returns.',
      resolve: ({ refusal }) => refusal as never, // the errors plugin finds its type
    }),
  }),
});

builder.objectType(BulkRefused, {
  name: 'SegmentBulkRefused',
  description: 'Some entries cannot be applied. Nothing was changed.',
  interfaces: [SegmentError],
  fields: (t) => ({
    failedCount: t.exposeInt('failed', { description: 'Number of entries that cannot be applied.' }),
    failures: t.expose('failures', {
      type: [SegmentEntryFailure],
      description: 'The entries that cannot be applied, in their order: the first 20.',
    }),
  }),
});

/** A payload with the results of all entries. */
const payloadOf = (name: string, did: string, result: typeof CreateSegmentResult, shown = '') =>
  builder.objectRef<Result[]>(name).implement({
    description: `The segments were ${did}. With \`EACH_ALONE\`, some may not have been: see \`results\`.`,
    fields: (t) => ({
      results: t.field({
        type: [result],
        nullable: { list: false, items: true },
        description: 'The result of each entry, in its place. One is null only if `errors` explains why.',
        resolve: (results) => results as SegmentShape[], // the errors plugin finds the types of refusals
      }),
      segments: t.field({
        type: [Segment],
        description: `The segments that were ${did}${shown}, in the order of their entries.`,
        resolve: (results) => results.filter((each): each is SegmentShape => !(each instanceof Refusal)),
      }),
    }),
  });

const CreateSegmentsPayload = payloadOf('CreateSegmentsPayload', 'created', CreateSegmentResult);
const UpdateSegmentsPayload = payloadOf('UpdateSegmentsPayload', 'changed', UpdateSegmentResult);
const DeleteSegmentsPayload = payloadOf(
  'DeleteSegmentsPayload',
  'deleted',
  DeleteSegmentResult,
  ', as they were',
);

const optionsOf = (did: string, payload: string) => ({
  description: `The ${did} segments, or the reason why none was ${did}.`,
  omitDefaultTypes: true,
  resolveType: () => payload, // refusals are recognised by their classes
});

export const CreateSegmentsResult = builder.errorUnion('CreateSegmentsResult', {
  types: [IdempotencyKeyReused, QuotaExceeded, InvalidInput, CreateSegmentsPayload],
  ...optionsOf('created', 'CreateSegmentsPayload'),
});
export const UpdateSegmentsResult = builder.errorUnion('UpdateSegmentsResult', {
  types: [BulkRefused, InvalidInput, UpdateSegmentsPayload],
  ...optionsOf('changed', 'UpdateSegmentsPayload'),
});
export const DeleteSegmentsResult = builder.errorUnion('DeleteSegmentsResult', {
  types: [BulkRefused, InvalidInput, DeleteSegmentsPayload],
  ...optionsOf('deleted', 'DeleteSegmentsPayload'),
});
