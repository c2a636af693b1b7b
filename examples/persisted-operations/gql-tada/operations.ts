import { initGraphQLTada } from 'gql.tada';
import type { introspection } from '../build/graphql-env.d.ts';

const graphql = initGraphQLTada<{ introspection: introspection }>();

const Latest = graphql(`
  query Latest($first: Int) {
    segments(first: $first) {
      nodes {
        id
        name
      }
    }
  }
`);

const Create = graphql(`
  mutation Create($input: CreateSegmentInput!) {
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
`);

export const latest = graphql.persisted('sha256:latest', Latest);
export const create = graphql.persisted('sha256:create', Create);
