import { GraphQLError } from 'graphql';
import { type Code, catalogue } from '../errors/catalogue.ts';
import {
  IdempotencyKeyReused,
  InvalidInput,
  type Issue,
  NotFound,
  QuotaExceeded,
  type Refusal,
  Unavailable,
  VersionConflict,
} from '../errors.ts';
import { builder } from './builder.ts';
import { maxCharacters } from './contents.ts';

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

/** Refusals of a whole request, which its HTTP status tells too. The others concern one field of many. */
const OF_THE_REQUEST: ReadonlySet<Code> = new Set<Code>(['UNAUTHENTICATED', 'RATE_LIMITED', 'UNAVAILABLE']);

interface At {
  /** The error of graphql-js that tells where in the document it happened. */
  error?: GraphQLError | undefined;
  /** What the answer's HTTP shall say, where the refusal does not decide it. */
  http?: object;
}

/** A refusal among a result's `errors`: its words, its code, and where it has them its issues. */
export function graphqlErrorOf(refusal: Refusal, { error, http }: At = {}): GraphQLError {
  const { code, message, headers } = refusal;
  const told = http ?? (OF_THE_REQUEST.has(code) && { status: catalogue[code].status, headers });
  const shown = new GraphQLError(message, {
    path: error?.path,
    extensions: {
      code,
      ...(refusal instanceof InvalidInput && { issues: refusal.issues }),
      ...(refusal instanceof Unavailable && { outcome: refusal.outcome }),
      ...(told && { http: told }),
    },
  });
  // Given its nodes, graphql-js would count the lines before them a second time.
  return error ? Object.assign(shown, { locations: error.locations }) : shown;
}
