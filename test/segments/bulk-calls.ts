import type { Segment } from '../../src/segments/segment.ts';
import { graphql, type Json } from '../client.ts';
import type { TestGateway, Who } from '../harness.ts';

/** What a bulk write of segments does. */
export type Bulk = 'createSegments' | 'updateSegments' | 'deleteSegments';

const FIELDS = 'id name version';
const mutationOf = (field: Bulk): string => {
  const Field = field.charAt(0).toUpperCase() + field.slice(1);
  const one = Field.replace('Segments', 'Segment');
  return `mutation ($input: ${Field}Input!) { outcome: ${field}(input: $input) {
    __typename
    ... on ${Field}Payload {
      segments { ${FIELDS} }
      results { __typename ... on ${one}Payload { segment { ${FIELDS} } }
        ... on SegmentInvalidInput { issues { param message } } ... on SegmentError { message } } }
    ... on SegmentInvalidInput { issues { param message } }
    ... on SegmentError { message }
    ${field === 'createSegments' ? '' : REFUSED} } }`;
};
const REFUSED = `... on SegmentBulkRefused { failedCount
  failures { index param error { __typename ... on SegmentError { message } ... on SegmentVersionConflict { currentVersion } } } }`;

/** Sends a bulk write over GraphQL, and returns its outcome. Sends it again as long as a slow machine is the reason for its failure. */
export async function bulk(
  gateway: TestGateway,
  field: Bulk,
  segments: readonly object[],
  { as = 'ada', ...options }: { mode?: string; idempotencyKey?: string; as?: Who } = {},
): Promise<Json> {
  const input = { segments, ...options };
  const { body } = await graphql(gateway, mutationOf(field), { input }, { as });
  if (!body.errors) return body.data.outcome;
  if (!body.errors.every(isNotNow)) return { errors: body.errors };
  return bulk(gateway, field, segments, { as, ...options });
}

const isNotNow = ({ extensions }: Json): boolean => extensions.code === 'UNAVAILABLE';

/** The types of the results of an outcome, in their order. */
export const typesOf = (outcome: Json): string[] =>
  outcome.results.map(({ __typename }: { __typename: string }) => __typename);

export const idsOf = (outcome: Json): string[] => outcome.segments.map(({ id }: Segment) => id);
