import type { GraphQLSchema } from 'graphql';
import { requireViewer } from '../accounts/viewer.ts';
import type { Context } from '../context.ts';
import { catalogue } from '../errors/catalogue.ts';
import { remembered } from '../http/accept.ts';
import { ClientGone } from '../http/body.ts';
import type { Exchange } from '../http/exchange.ts';
import { respond } from '../http/respond.ts';
import type { Face } from '../http/server.ts';
import type { Observe } from '../observation.ts';
import { observeCause, shownOf } from '../resolver.ts';
import type { BoundReads } from './engine/admitted-operation.ts';
import { graphqlEngine } from './engine/engine.ts';
import type { Persistence } from './engine/persisted-operations.ts';
import { graphqlErrorOf } from './engine/refusal-error.ts';
import { resultWriter } from './transport/answer.ts';
import { graphiqlPage, type PageContents } from './transport/graphiql.ts';
import { operationNameOf } from './transport/operation-name.ts';
import { isRead, paramsOf } from './transport/params.ts';
import { JSON_TYPE, representationOf } from './transport/representation.ts';

/** How a router says that it wants to know how long each field took: Apollo's federated traces. */
const TRACE = 'apollo-federation-include-trace';

interface Options extends Persistence {
  schema: GraphQLSchema;
  contextOf(exchange: Exchange): Promise<Context>;
  observe: Observe;
  /** The initial contents of GraphiQL. If omitted, GraphiQL is not served. */
  graphiql?: PageContents | undefined;
  introspection: boolean;
  boundReads: BoundReads;
}

/** GraphQL over HTTP, and a page to try it for those who come with a browser. */
export function graphqlFace({ contextOf, observe, graphiql, ...options }: Options): Face {
  const run = graphqlEngine(options);
  const wanted = remembered(representationOf);
  const sendPage = graphiql && graphiqlPage(graphiql);
  const writeResult = resultWriter();

  return async (exchange) => {
    const { request, requestId } = exchange;
    const { type, page } = wanted(request.headers.accept ?? '*/*');
    try {
      // Before anything else, and before the page or the body: without its secret, only a router's refusal is sent.
      const context = await contextOf(exchange);
      if (page && sendPage && isRead(request)) return await sendPage(exchange);
      if (!type) {
        const accept = 'application/graphql-response+json, application/json';
        return respond(exchange, 406, { accept, vary: 'accept' });
      }
      // Without a token there is nothing to get but the schema.
      if (context.hasBadToken || !options.introspection) requireViewer(context);
      const params = await paramsOf(exchange);
      exchange.operation = operationNameOf(params);
      const execution = {
        method: isRead(request) ? 'GET' : 'POST',
        traced: request.headers[TRACE] === 'ftv1',
      };
      await writeResult(exchange, await run(params, execution, context), type);
    } catch (error) {
      if (error instanceof ClientGone) return;
      // Refused before GraphQL began: the status says so to any client.
      const refusal = shownOf(error, requestId);
      observeCause(refusal, { requestId, observe });
      const http = { status: catalogue[refusal.code].status, headers: refusal.headers };
      await writeResult(exchange, { errors: [graphqlErrorOf(refusal, { http })] }, type ?? JSON_TYPE);
    }
  };
}
