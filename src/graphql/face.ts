import { NoSchemaIntrospectionCustomRule } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import type { Context } from '../context.ts';
import type { Refusal } from '../errors.ts';
import { catalogue } from '../errors.ts';
import { ClientGone, readBody } from '../http/body.ts';
import type { Exchange, Face } from '../http/server.ts';
import { type Call, shownOf } from '../resolver.ts';
import { graphqlErrorOf } from './errors.ts';
import { asksForPage, sendGraphiQL } from './graphiql.ts';
import { masked, useMasking } from './masking.ts';
import { schema } from './schema.ts';

interface Options {
  contextOf(exchange: Exchange): Promise<Context>;
  report: Call['report'];
  graphiql: boolean;
  introspection: boolean;
}

const WITH_BODY = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** GraphQL over HTTP, as GraphQL Yoga serves it; a page to try it for those who come with a browser. */
export function graphqlFace({ contextOf, report, graphiql, introspection }: Options): Face {
  const yoga = createYoga<Context>({
    schema,
    graphiql: false,
    landingPage: false,
    healthCheckEndpoint: 'never:', // Yoga matches the end of the whole URL, and would answer `/graphql?x=/health`
    multipart: false,
    batching: false,
    cors: false,
    logging: false,
    maxRequestBodySize: false, // the body is read before, within the limit of both faces
    maskedErrors: { maskError: (error) => masked(error, { requestId: '', report }) },
    plugins: [useMasking(), ...(introspection ? [] : [useNoIntrospection])],
  });

  return async (exchange) => {
    if (graphiql && asksForPage(exchange)) return sendGraphiQL(exchange);
    try {
      const context = await contextOf(exchange);
      const response = await yoga.fetch(await requestOf(exchange), context);
      exchange.response.writeHead(response.status, {
        ...Object.fromEntries(response.headers),
        ...NOT_STORED,
      });
      exchange.response.end(await response.text());
    } catch (error) {
      if (error instanceof ClientGone) return;
      refuse(exchange, shownOf(error, { requestId: exchange.requestId, report }));
    }
  };

  async function requestOf({ request, query }: Exchange): Promise<Request> {
    const { method = 'GET' } = request;
    const body = WITH_BODY.has(method) ? await readBody(request) : undefined;
    const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
    // The Host header is anybody's: no address is made of it.
    return new yoga.fetchAPI.Request(`http://gateway/graphql${query && `?${query}`}`, {
      method,
      headers: Object.fromEntries(headers),
      body,
    });
  }
}

const NOT_STORED = { 'cache-control': 'no-store' };

const useNoIntrospection: Plugin = {
  onValidate: ({ addValidationRule }) => addValidationRule(NoSchemaIntrospectionCustomRule),
};

/** What is refused before it reaches Yoga: the body can't be read, or nobody can be told from the token. */
function refuse({ response }: Exchange, refusal: Refusal): void {
  const body = JSON.stringify({ errors: [graphqlErrorOf(refusal)] }, (key, value) =>
    key === 'http' ? undefined : value,
  );
  response.writeHead(catalogue[refusal.code].status, {
    'content-type': 'application/json; charset=utf-8',
    ...NOT_STORED,
    ...refusal.headers,
  });
  response.end(body);
}
