/** A resource of the gateway, as the front page lists it. */
export interface Link {
  name: string;
  path: string;
  description: string;
}

/** What a visitor can open. */
export const linksOf = ({ graphiql }: { graphiql: boolean }): Link[] => [
  {
    name: 'graphql',
    path: '/graphql',
    description: graphiql
      ? 'The GraphQL API. In a browser, it opens GraphiQL, which has example operations.'
      : 'The GraphQL API.',
  },
  { name: 'rest', path: '/v1/customer-segments', description: 'The REST API. It needs a token.' },
  {
    name: 'openapi',
    path: '/openapi.json',
    description: 'The OpenAPI 3.1 document, which describes the REST API.',
  },
  { name: 'live', path: '/health/live', description: 'Whether the process answers.' },
  { name: 'ready', path: '/health/ready', description: 'Whether the gateway can serve requests.' },
];
