import { Environment, type GraphQLResponse, Network, RecordSource, Store } from 'relay-runtime';
import { headers, url } from '../connection.ts';
import { fetchWithRetry } from '../retry.ts';

export const environment = new Environment({
  network: Network.create(async ({ text }, variables) => {
    const response = await fetchWithRetry(`${url}/graphql`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ query: text, variables }),
    });
    return (await response.json()) as GraphQLResponse; // as the GraphQL specification defines it
  }),
  store: new Store(new RecordSource()),
});
