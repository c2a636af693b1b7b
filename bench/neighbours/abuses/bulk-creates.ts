import { looped } from '../loop.ts';

const CREATE = `mutation ($input: CreateSegmentsInput!) {
  createSegments(input: $input) { ... on CreateSegmentsPayload { segments { id } } ... on SegmentError { message } }
}`;
const segments = Array.from({ length: 1_000 }, (_, i) => ({
  name: `n${i}`,
  criteria: 'Customers who spend more than $1000 per month',
  description: 'Our best customers',
}));

/** A thousand segments at once, all or nothing and each alone, again and again. */
export const abuse = looped({ callers: 4, as: ({ big }) => big }, (by, _, n, signal) =>
  by.graphql(CREATE, { input: { segments, mode: n % 2 ? 'EACH_ALONE' : 'ALL_OR_NOTHING' } }, signal),
);
