import type { GraphQLSchema } from 'graphql';
import { requireViewer } from '../accounts/viewer.ts';
import type { Context } from '../context.ts';
import { catalogue } from '../errors/catalogue.ts';
import { remembered } from '../http/accept.ts';
import { ClientGone } from '../http/body.ts';
import { type Admitted, noteCodes } from '../http/exchange.ts';
import { respond } from '../http/respond.ts';
import type { Face } from '../http/server.ts';
import type { Observe } from '../observation.ts';
import { observeCause, shownOf } from '../resolver.ts';
import type { Tracing } from '../tracing.ts';
import type { BoundReads } from './engine/admitted-operation.ts';
import { type Execution, graphqlEngine } from './engine/engine.ts';
import { errorCodesOf } from './engine/error-codes.ts';
import type { Persistence } from './engine/persisted-operations.ts';
import { graphqlErrorOf } from './engine/refusal-error.ts';
import { isSubscribed } from './engine/subscription.ts';
import { resultWriter } from './transport/answer.ts';
import { graphiqlPage } from './transport/graphiql.ts';
import type { PageContents } from './transport/graphiql-html.ts';
import { operationNameOf } from './transport/operation-name.ts';
import { isRead, paramsOf } from './transport/params.ts';
import { EVENT_TYPE, JSON_TYPE, representationOf } from './transport/representation.ts';
import { writeResults } from './transport/result-stream.ts';
import { tracedRun } from './transport/traced-run.ts';
import { graphqlSockets } from './transport/web-socket.ts';

/** The header by which a router requests the duration of each field (Apollo's federated traces). */
const TRACE = 'apollo-federation-include-trace';

interface Options extends Persistence {
  schema: GraphQLSchema;
  contextOf(exchange: Admitted): Promise<Context>;
  observe: Observe;
  tracing?: Tracing | undefined;
  /** The initial contents of GraphiQL. If omitted, GraphiQL is not served. */
  graphiql?: PageContents | undefined;
  introspection: boolean;
  boundReads: BoundReads;
  /** The origins whose pages can open a WebSocket. */
  origins: ReadonlySet<string>;
  /** Milliseconds between two heartbeats of a stream or pings of a WebSocket. */
  heartbeatMs?: number | undefined;
}

/** Serves GraphQL over HTTP and WebSocket, and GraphiQL to browsers. */
export function graphqlFace({
  contextOf,
  observe,
  tracing,
  graphiql,
  origins,
  heartbeatMs,
  ...options
}: Options) {
  const engine = graphqlEngine(options);
  const run = tracedRun(engine);
  const wanted = remembered(representationOf);
  const sendPage = graphiql && graphiqlPage(graphiql);
  const writeResult = resultWriter();

  const face: Face = async (exchange) => {
    const { request, requestId } = exchange;
    exchange.face = 'graphql';
    const { type, page, stream } = wanted(request.headers.accept ?? '*/*');
    try {
      // First of all: if the router's secret is required and missing, neither the page is sent nor the body read.
      const context = await contextOf(exchange);
      if (page && sendPage && isRead(request)) return await sendPage(exchange);
      if (!type) {
        const accept = 'application/graphql-response+json, application/json, text/event-stream';
        return respond(exchange, 406, { accept, vary: 'accept' });
      }
      // Without a token, callers can read only the schema.
      if (context.hasBadToken || !options.introspection) requireViewer(context);
      const params = await paramsOf(exchange, { isStranger: context.viewer === null });
      const name = operationNameOf(params);
      exchange.operation = name;
      const execution: Execution = {
        method: isRead(request) ? 'GET' : 'POST',
        traced: request.headers[TRACE] === 'ftv1',
        returns: stream ? 'either' : 'result',
      };
      const result = await run(name, params, execution, context);
      noteCodes(exchange, errorCodesOf(result));
      if (!isSubscribed(result)) return await writeResult(exchange, result, type);
      await writeResults(exchange, result, { ending: context.streams.ending, heartbeatMs });
    } catch (error) {
      if (error instanceof ClientGone) return;
      // Refused before GraphQL began, so the HTTP status says so under any media type.
      const refusal = shownOf(error, requestId);
      observeCause(refusal, { requestId, observe });
      noteCodes(exchange, [refusal.code]);
      const http = { status: catalogue[refusal.code].status, headers: refusal.headers };
      const errorType = type === null || type === EVENT_TYPE ? JSON_TYPE : type;
      await writeResult(exchange, { errors: [graphqlErrorOf(refusal, { http })] }, errorType);
    }
  };
  const sockets = graphqlSockets({
    contextOf,
    run: engine,
    observe,
    tracing,
    origins,
    heartbeatMs,
    schema: options.schema,
  });
  return { face, sockets };
}
