import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';
import { headers, url } from './connection.ts';
import type { CreateSegmentInput } from './generated/codegen/graphql.ts';
import { graphql } from './generated/codegen/index.ts';
import possibleTypes from './generated/possible-types.ts';
import { fetchWithRetry } from './retry.ts';

export const client = new ApolloClient({
  link: new HttpLink({ uri: `${url}/graphql`, headers, fetch: fetchWithRetry }),
  cache: new InMemoryCache({
    ...possibleTypes, // without them, `... on SegmentError` matches nothing
    typePolicies: {
      Query: {
        fields: {
          segments: relayStylePagination(['filter', 'orderBy']),
          // A segment that the cache has from a list is not requested again.
          segment: {
            read: (known, { args, toReference }) =>
              known ?? toReference({ __typename: 'Segment', id: args?.id }),
          },
        },
      },
      Segment: { fields: { members: relayStylePagination() } },
    },
  }),
});

/** Lists need `edges`, `cursor` and `pageInfo`: `relayStylePagination` does not join pages of `nodes`. */
export const SEGMENTS = graphql(`
  query Segments($first: Int!, $after: String, $filter: SegmentFilter) {
    segments(first: $first, after: $after, filter: $filter) {
      edges { cursor node { id name version } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const SEGMENT = graphql(`
  query Segment($id: ID!) {
    segment(id: $id) { id name version }
  }
`);

const CREATE = graphql(`
  mutation CreateSegment($input: CreateSegmentInput!) {
    createSegment(input: $input) {
      __typename
      ... on CreateSegmentPayload { segment { id name version } }
      ... on SegmentInvalidInput { issues { param message } }
      ... on SegmentError { message }
    }
  }
`);

/** Creates a segment. An expected failure is data, and not an error. */
export async function create(input: CreateSegmentInput) {
  const { data } = await client.mutate({ mutation: CREATE, variables: { input } });
  return data?.createSegment;
}
