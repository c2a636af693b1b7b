import { composeServices } from '@apollo/composition';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { prettyFormatQueryPlan } from '@apollo/query-planner';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { parse } from 'graphql';

/** Headers of a request that the router forwards to its subgraphs. */
const PASSED_ON = ['authorization', 'traceparent', 'x-request-id'] as const;

interface Context {
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface Subgraph {
  name: string;
  url: string;
}

/** Fetches the schema of each subgraph and composes them. For a production graph, a schema registry does this. */
export async function compose(subgraphs: readonly Subgraph[]): Promise<string> {
  const services = await Promise.all(
    subgraphs.map(async ({ name, url }) => ({ name, url, typeDefs: parse(await sdlOf(url)) })),
  );
  const { supergraphSdl, errors } = composeServices(services);
  if (supergraphSdl === undefined) throw new AggregateError(errors ?? [], 'The subgraphs do not compose.');
  return supergraphSdl;
}

async function sdlOf(url: string): Promise<string> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ _service { sdl } }' }),
  });
  const { data } = (await answer.json()) as { data: { _service: { sdl: string } } };
  return data._service.sdl;
}

/** Starts Apollo's gateway in front of the subgraphs. `onPlan` receives each query plan. */
export async function startRouter(
  supergraphSdl: string,
  port: number,
  onPlan: (plan: string) => void = () => {},
) {
  const gateway = new ApolloGateway({
    supergraphSdl,
    logger: { debug() {}, info() {}, warn() {}, error: console.error },
    buildService: ({ url = '' }) => new PassingOn({ url }),
    experimental_didResolveQueryPlan: ({ queryPlan }) => onPlan(prettyFormatQueryPlan(queryPlan)),
  });
  const server = new ApolloServer<Context>({ gateway, stopOnTerminationSignals: false }); // start.ts handles them
  const { url } = await startStandaloneServer(server, {
    listen: { port, host: '127.0.0.1' },
    context: async ({ req }) => ({ headers: req.headers }),
  });
  return { url, stop: () => server.stop() };
}

class PassingOn extends RemoteGraphQLDataSource<Context> {
  override willSendRequest({
    request,
    context,
  }: Parameters<NonNullable<RemoteGraphQLDataSource<Context>['willSendRequest']>>[0]) {
    for (const name of PASSED_ON) {
      const value = context.headers?.[name];
      if (typeof value === 'string') request.http?.headers.set(name, value);
    }
  }
}
