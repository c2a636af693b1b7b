import { Client, cacheExchange, fetchExchange, subscriptionExchange } from '@urql/core';
import { initGraphQLTada, type VariablesOf } from 'gql.tada';
import { createClient } from 'graphql-sse';
import { headers, url } from './connection.ts';
import type { introspection } from './generated/gql-tada.d.ts';
import { fetchWithRetry } from './retry.ts';

const graphql = initGraphQLTada<{ introspection: introspection; scalars: { DateTime: string } }>();

const live = createClient({ url: `${url}/graphql`, headers });

const client = new Client({
  url: `${url}/graphql`,
  fetchOptions: { headers },
  fetch: fetchWithRetry,
  preferGetMethod: false,
  exchanges: [
    cacheExchange,
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query = '', variables }) => ({
        subscribe: (sink) => ({ unsubscribe: live.subscribe({ query, variables }, sink) }),
      }),
    }),
  ],
});

const Segments = graphql(`
  query Segments($filter: SegmentFilter) {
    segments(first: 10, filter: $filter) { nodes { id name updatedAt } totalCount }
  }
`);

const Update = graphql(`
  mutation UpdateSegment($input: UpdateSegmentInput!) {
    updateSegment(input: $input) {
      __typename
      ... on UpdateSegmentPayload { segment { id name version } }
      ... on SegmentVersionConflict { currentVersion }
      ... on SegmentError { message }
    }
  }
`);

const Events = graphql(`
  subscription SegmentEvents($after: String) {
    segmentEvents(after: $after) { cursor type segmentId }
  }
`);

export async function segments(filter: VariablesOf<typeof Segments>['filter']) {
  const { data, error } = await client.query(Segments, { filter });
  if (error) throw error;
  return data?.segments;
}

/** Changes a segment. `expectedVersion` makes sure that nobody changed it since it was read. */
export async function update(input: VariablesOf<typeof Update>['input']) {
  const { data, error } = await client.mutation(Update, { input });
  if (error) throw error;
  return data?.updateSegment;
}

/** Follows the events after a cursor. To resume, pass the cursor of the last event that was processed. */
export const events = (after: string) => client.subscription(Events, { after });
