/** A resource of the gateway, as the front page lists it. */
export interface Link {
  name: string;
  path: string;
  description: string;
  /** The title of a page for people. Omitted for resources that programs use. */
  title?: string;
}

/** What a visitor can open. */
export const linksOf = ({ graphiql }: { graphiql: boolean }): Link[] => [
  graphiql
    ? {
        name: 'graphql',
        path: '/graphql',
        title: 'GraphiQL',
        description: 'Try the GraphQL API in your browser. The editor has example operations.',
      }
    : { name: 'graphql', path: '/graphql', description: 'The GraphQL API. It needs a token.' },
  {
    name: 'reference',
    path: '/docs',
    title: 'REST reference',
    description: 'Read about each operation of the REST API, and send requests from the page.',
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
