import {
  IdempotencyKeyReused,
  InvalidInput,
  type Issue,
  NotFound,
  QuotaExceeded,
  type Refusal,
  VersionConflict,
} from '../../errors/refusals.ts';
import { maxCharacters } from '../limits/contents.ts';
import { builder } from './builder.ts';

export const SegmentError = builder.interfaceRef<Refusal>('SegmentError').implement({
  description: 'A no that a caller may expect. Whichever it is, `message` says what to do about it.',
  fields: (t) => ({ message: t.exposeString('message', { description: 'For a person to read.' }) }),
});

const SegmentInputIssue = builder.objectRef<Issue>('SegmentInputIssue').implement({
  description: 'One thing wrong with what was sent.',
  fields: (t) => ({
    param: t.exposeString('param', {
      extensions: maxCharacters(50),
      description: 'The input field that it is about, such as `name`.',
    }),
    message: t.exposeString('message', {
      extensions: maxCharacters(300),
      description: 'What it must be, such as `must not be blank`.',
    }),
  }),
});

builder.objectType(InvalidInput, {
  name: 'SegmentInvalidInput',
  description: 'What was sent can not be taken. Nothing was changed.',
  interfaces: [SegmentError],
  fields: (t) => ({
    issues: t.expose('issues', {
      type: [SegmentInputIssue],
      description: 'All that is wrong, one entry for each input field.',
    }),
  }),
});

builder.objectType(NotFound, {
  name: 'SegmentNotFound',
  description: 'Your account has no segment of this id.',
  interfaces: [SegmentError],
});

builder.objectType(IdempotencyKeyReused, {
  name: 'SegmentIdempotencyKeyReused',
  description: 'The idempotency key was sent with another input before. Nothing was created.',
  interfaces: [SegmentError],
});

builder.objectType(QuotaExceeded, {
  name: 'SegmentQuotaExceeded',
  description: 'The account has as many segments as it may have. Nothing was created.',
  interfaces: [SegmentError],
  fields: (t) => ({
    limit: t.exposeInt('limit', { description: 'How many segments the account may have.' }),
  }),
});

builder.objectType(VersionConflict, {
  name: 'SegmentVersionConflict',
  description:
    'The segment has changed since you saw it. Nothing was changed: look at it again, then decide.',
  interfaces: [SegmentError],
  fields: (t) => ({
    currentVersion: t.exposeInt('currentVersion', { description: 'The version that it is at.' }),
  }),
});
