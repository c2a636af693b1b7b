import { InvalidInput, type Issue } from '../../errors/invalid-input.ts';
import {
  IdempotencyKeyReused,
  NotFound,
  QuotaExceeded,
  type Refusal,
  VersionConflict,
} from '../../errors/refusals.ts';
import { maxCharacters, onAverage } from '../limits/field-size.ts';
import { builder } from './builder.ts';

export const SegmentError = builder.interfaceRef<Refusal>('SegmentError').implement({
  description:
    'An expected failure of a mutation. Nothing was changed. `message` says what is wrong and what to do about it.',
  fields: (t) => ({
    message: t.exposeString('message', {
      extensions: onAverage({ bytes: 1_000 }),
      description: 'An explanation for people. The wording can change: do not parse it.',
    }),
  }),
});

const SegmentInputIssue = builder.objectRef<Issue>('SegmentInputIssue').implement({
  description: 'A problem with one field of the input.',
  fields: (t) => ({
    param: t.exposeString('param', {
      extensions: maxCharacters(50),
      description: 'The input field, such as `name`.',
    }),
    message: t.exposeString('message', {
      extensions: { ...maxCharacters(300), ...onAverage({ bytes: 500 }) },
      description: 'What is wrong with the field, such as `must not be blank`.',
    }),
  }),
});

builder.objectType(InvalidInput, {
  name: 'SegmentInvalidInput',
  description: 'The input is invalid. Nothing was changed.',
  interfaces: [SegmentError],
  fields: (t) => ({
    issues: t.expose('issues', {
      type: [SegmentInputIssue],
      extensions: onAverage({ items: 2 }),
      description: 'The problems with the input, up to 20.',
    }),
  }),
});

builder.objectType(NotFound, {
  name: 'SegmentNotFound',
  description: 'Your account has no segment with this id.',
  interfaces: [SegmentError],
});

builder.objectType(IdempotencyKeyReused, {
  name: 'SegmentIdempotencyKeyReused',
  description: 'The idempotency key was already used with different input. Nothing was created.',
  interfaces: [SegmentError],
});

builder.objectType(QuotaExceeded, {
  name: 'SegmentQuotaExceeded',
  description: 'The account has reached its maximum number of segments. Nothing was created.',
  interfaces: [SegmentError],
  fields: (t) => ({
    limit: t.exposeInt('limit', { description: 'Maximum number of segments of the account.' }),
  }),
});

builder.objectType(VersionConflict, {
  name: 'SegmentVersionConflict',
  description:
    'The segment has changed since you read it. Nothing was changed. Read the segment again before you retry.',
  interfaces: [SegmentError],
  fields: (t) => ({
    currentVersion: t.exposeInt('currentVersion', { description: 'Current version of the segment.' }),
  }),
});
