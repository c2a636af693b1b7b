import { commitMutation, fetchQuery, graphql } from 'relay-runtime';
import type { segmentsCreateMutation } from '../generated/relay/segmentsCreateMutation.graphql.ts';
import type { segmentsListQuery } from '../generated/relay/segmentsListQuery.graphql.ts';
import type { segmentsRefetchQuery } from '../generated/relay/segmentsRefetchQuery.graphql.ts';
import { environment } from './environment.ts';

export const LIST = graphql`
  query segmentsListQuery($first: Int!, $after: String, $filter: SegmentFilter) {
    segments(first: $first, after: $after, filter: $filter) @connection(key: "list_segments") {
      edges { node { id name } }
      pageInfo { hasNextPage endCursor }
    }
  }
`;

/** Every object with an id can be fetched again through `node`. */
const REFETCH = graphql`
  query segmentsRefetchQuery($id: ID!) {
    node(id: $id) { ... on Segment { name version } }
  }
`;

const CREATE = graphql`
  mutation segmentsCreateMutation($input: CreateSegmentInput!) {
    createSegment(input: $input) {
      __typename
      ... on CreateSegmentPayload { segment { id name } }
      ... on SegmentError { message }
    }
  }
`;

export const list = (variables: segmentsListQuery['variables']) =>
  fetchQuery<segmentsListQuery>(environment, LIST, variables).toPromise();

export const refetch = (id: string) =>
  fetchQuery<segmentsRefetchQuery>(environment, REFETCH, { id }).toPromise();

export const create = (input: segmentsCreateMutation['variables']['input']) =>
  new Promise<segmentsCreateMutation['response']['createSegment']>((resolve, reject) => {
    commitMutation<segmentsCreateMutation>(environment, {
      mutation: CREATE,
      variables: { input },
      onCompleted: ({ createSegment }) => resolve(createSegment),
      onError: reject,
    });
  });
