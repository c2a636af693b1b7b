import type { InputFieldBuilder } from '@pothos/core';
import { builder } from './builder.ts';

type Types = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer T> ? T : never;
type Fields = InputFieldBuilder<Types, 'InputObject'>;

const EXPECTED =
  'The `version` that you read. If the segment is at another version, nothing is changed and a `SegmentVersionConflict` is returned.';
const KEY = '1 to 255 visible ASCII characters, preferably a UUID.';

/** The fields of a new segment. */
export const draftFields = (t: Fields) => ({
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
});

const idField = (t: Fields) =>
  t.id({ required: true, description: 'Id of the segment, such as `xgQQXg3hrtjh7AvZ`.' });

/** An input that changes a segment. */
export const changeInput = (name: string, description: string) =>
  builder.inputType(name, {
    description: `${description} At least one of \`name\`, \`criteria\` and \`description\` is required. Omitted fields keep their values.`,
    fields: (t) => ({
      id: idField(t),
      name: t.string({ description: 'New name, 1 to 255 characters.' }),
      criteria: t.string({ description: 'New criteria, 1 to 5,000 characters.' }),
      description: t.string({ description: 'New description, up to 5,000 characters. Can be empty.' }),
      expectedVersion: t.int({ description: EXPECTED }),
    }),
  });

/** An input that deletes a segment. */
export const deletionInput = (name: string, description: string) =>
  builder.inputType(name, {
    description,
    fields: (t) => ({ id: idField(t), expectedVersion: t.int({ description: EXPECTED }) }),
  });

export const CreateSegmentInput = builder.inputType('CreateSegmentInput', {
  description: 'The segment to create.',
  fields: (t) => ({
    ...draftFields(t),
    idempotencyKey: t.string({
      description: `Makes a retry safe: for 24 hours, requests with the same key and the same input create only one segment. ${KEY}`,
    }),
  }),
});
export const UpdateSegmentInput = changeInput(
  'UpdateSegmentInput',
  'The segment to change, and its new values.',
);
export const DeleteSegmentInput = deletionInput('DeleteSegmentInput', 'The segment to delete.');

/** The idempotency key of a bulk write. */
export const bulkKeyField = (t: Fields) =>
  t.string({
    description: `Makes a retry safe: for 24 hours, requests with the same key and the same input create each segment only once. With \`EACH_ALONE\`, a retry also creates the segments that an earlier request did not. ${KEY}`,
  });
