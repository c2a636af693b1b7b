import { InvalidInput } from '../../errors/invalid-input.ts';
import { IdempotencyKeyReused, NotFound, QuotaExceeded, VersionConflict } from '../../errors/refusals.ts';
import type { Segment as SegmentShape } from '../../segments/segment.ts';
import { builder } from './builder.ts';
import { Segment } from './segment.ts';
import './segment-error.ts';

/** The payload of a write of one segment. */
const payloadOf = (name: string, did: string, shown: string) =>
  builder.objectRef<SegmentShape>(name).implement({
    description: `The segment was ${did}.`,
    fields: (t) => ({
      segment: t.field({ type: Segment, description: shown, resolve: (segment) => segment }),
    }),
  });

const CreateSegmentPayload = payloadOf('CreateSegmentPayload', 'created', 'The new segment.');
const UpdateSegmentPayload = payloadOf('UpdateSegmentPayload', 'changed', 'The segment after the change.');
const DeleteSegmentPayload = payloadOf(
  'DeleteSegmentPayload',
  'deleted',
  'The segment as it was before the deletion.',
);

const optionsOf = (did: string, payload: string) => ({
  description: `The ${did} segment, or the reason why it was not ${did}.`,
  omitDefaultTypes: true,
  resolveType: () => payload, // refusals are recognised by their classes
});

/** What a write of one segment came to, on its own or as an entry of a bulk write. */
export const CreateSegmentResult = builder.errorUnion('CreateSegmentResult', {
  types: [IdempotencyKeyReused, QuotaExceeded, InvalidInput, CreateSegmentPayload],
  ...optionsOf('created', 'CreateSegmentPayload'),
});
export const UpdateSegmentResult = builder.errorUnion('UpdateSegmentResult', {
  types: [NotFound, VersionConflict, InvalidInput, UpdateSegmentPayload],
  ...optionsOf('changed', 'UpdateSegmentPayload'),
});
export const DeleteSegmentResult = builder.errorUnion('DeleteSegmentResult', {
  types: [NotFound, VersionConflict, InvalidInput, DeleteSegmentPayload],
  ...optionsOf('deleted', 'DeleteSegmentPayload'),
});
