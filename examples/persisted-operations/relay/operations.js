import { graphql } from 'relay-runtime';

export const latest = graphql`
  query operationsLatestQuery($first: Int) {
    segments(first: $first) {
      nodes {
        id
        name
      }
    }
  }
`;

export const create = graphql`
  mutation operationsCreateMutation($input: CreateSegmentInput!) {
    createSegment(input: $input) {
      __typename
      ... on CreateSegmentPayload {
        segment {
          id
          name
        }
      }
      ... on SegmentError {
        message
      }
    }
  }
`;
